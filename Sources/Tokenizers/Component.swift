import ByteJSON

/// A JSON object of a tokenizer file that remembers where it stands, so that whatever is wrong
/// with it can be reported with file and key.
struct Component {
  let file: String
  /// The keys that lead here: `pre_tokenizer.pretokenizers[1]`.
  let path: String
  let members: JSONObject

  init(_ value: JSONValue, file: String, path: String) throws {
    guard let members = value.object else {
      throw TokenizerError.unexpectedValue(
        file: file, key: path, expected: "an object", found: value.kind)
    }
    self.file = file
    self.path = path
    self.members = members
  }

  func key(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// The value of a key that must be there; `read` picks it out of the JSON.
  func required<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws -> Value {
    guard let value = members[name], let result = read(value) else {
      throw unexpected(name, expected: expected)
    }
    return result
  }

  /// The value of a key, or `standard` when it is absent or null.
  func optional<Value>(
    _ name: String, _ expected: String, default standard: Value, _ read: (JSONValue) -> Value?
  ) throws -> Value {
    guard let value = members[name], !value.isNull else { return standard }
    return try required(name, expected, read)
  }

  func bool(_ name: String, default standard: Bool) throws -> Bool {
    try optional(name, "true or false", default: standard, \.bool)
  }

  func text(_ name: String) throws -> String { try required(name, "a string", \.text) }

  func bytes(_ name: String) throws -> [UInt8] {
    try required(name, "a string") { $0.string?.bytes }
  }

  /// A token's id: every array indexed by ids stays within reason, however hostile the file.
  func tokenID(_ name: String) throws -> Int32 {
    try required(name, Vocabulary.idDescription, Vocabulary.id)
  }

  func component(_ name: String) throws -> Component {
    guard let value = members[name] else { throw unexpected(name, expected: "an object") }
    return try Component(value, file: file, path: key(name))
  }

  func optionalComponent(_ name: String) throws -> Component? {
    guard let value = members[name], !value.isNull else { return nil }
    return try Component(value, file: file, path: key(name))
  }

  /// The components of a list.
  func components(_ name: String) throws -> [Component] {
    try required(name, "an array", \.array).enumerated().map { index, value in
      try Component(value, file: file, path: "\(key(name))[\(index)]")
    }
  }

  /// What the component is: its "type".
  func type() throws -> String { try text("type") }

  func unexpected(_ name: String, expected: String) -> TokenizerError {
    .unexpectedValue(
      file: file, key: key(name), expected: expected, found: members[name].map(describe))
  }

  func unsupported(_ what: String) -> TokenizerError { .unsupported(file: file, what: what) }

  func describe(_ value: JSONValue) -> String {
    switch value {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value) where value.count <= 40: "'\(value)'"
    default: value.kind
    }
  }
}

/// A part of a tokenizer that a file describes by its "type" and settings.
protocol ConfiguredComponent: Sendable {
  /// The values of "type" that mean this part.
  static var names: [String] { get }

  init(_ component: Component) throws

  /// What the part is, for people: several names for a sequence.
  var labels: [String] { get }

  /// What is unusual about it, for people.
  var notes: [String] { get }
}

extension ConfiguredComponent {
  var labels: [String] { Array(Self.names.prefix(1)) }

  var notes: [String] { [] }
}

/// The types that each folder of this module offers to tokenizer files.
package let componentTypes: [String: [String]] = [
  "Models": allModels.map { "\($0)" },
  "Normalizers": allNormalizers.map { "\($0)" },
  "PreTokenizers": allPreTokenizers.map { "\($0)" },
  "PreTokenizers/Scanners": allWordScanners.map { "\(type(of: $0))" },
  "PostProcessors": allPostProcessors.map { "\($0)" },
  "Decoders": allDecoders.map { "\($0)" },
]
