import ByteJSON
import Foundation

/// Typed access to a model's `config.json`, or to an object inside it.
///
/// `null` counts as absent, as it does for transformers. Every accessor comes in three forms: one
/// that needs the key, one with a default, and one that gives nil. A value of the wrong kind is an
/// error in each.
package struct ModelConfiguration: Sendable, Equatable {
  /// The file's path, for messages.
  package let file: String
  private let prefix: String  // "rope_scaling." inside that object
  private let object: JSONObject

  /// Reads a file. Python's `NaN` and `Infinity` are accepted, because Python writes them.
  package init(_ url: URL) throws {
    try self.init(MappedFile(url).withUnsafeBytes { Data($0) }, file: url.shownPath)
  }

  /// Reads the content of a file that messages call `file`.
  package init(_ json: Data, file: String) throws {
    let value: JSONValue
    do {
      value = try JSONValue.parse(json, allowingNonFinite: true)
    } catch {
      throw CheckpointError.invalidJSON(file: file, problem: error.localizedDescription)
    }
    guard let object = value.object else {
      throw CheckpointError.invalidJSON(
        file: file, problem: "It should be an object but is \(value.kind).")
    }
    self.init(object, file: file, prefix: "")
  }

  private init(_ object: JSONObject, file: String, prefix: String) {
    (self.object, self.file, self.prefix) = (object, file, prefix)
  }

  /// The keys in the file's order.
  package var keys: [String] { object.keys.map(\.text) }

  /// Whether a key has a value other than null.
  package func contains(_ key: String) -> Bool { self[key] != nil }

  /// The value of a key as it stands, nil when absent or null.
  package subscript(_ key: String) -> JSONValue? {
    guard let value = object[key], !value.isNull else { return nil }
    return value
  }

  /// The object at a key, nil when absent.
  package func object(_ key: String) throws -> ModelConfiguration? {
    try value(key, "an object", \.object).map {
      ModelConfiguration($0, file: file, prefix: prefix + key + ".")
    }
  }

  /// The class names that transformers would load the model with, mostly one.
  package var architectures: [String] { get throws { try strings("architectures", default: []) } }

  /// The name of the model's family, such as `"qwen3"`.
  package var modelType: String? { get throws { try stringIfPresent("model_type") } }

  /// The value of a key in the form that `convert` gives it.
  func value<Value>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws -> Value? {
    guard let found = self[key] else { return nil }
    guard let value = convert(found) else { throw unexpected(key, expected, found) }
    return value
  }

  /// The array at a key with every element in the form that `convert` gives it.
  func array<Value>(
    _ key: String, _ expected: String, of element: String, _ convert: (JSONValue) -> Value?
  ) throws -> [Value]? {
    try value(key, expected, \.array)?.enumerated().map { index, found in
      guard let value = convert(found) else { throw unexpected("\(key)[\(index)]", element, found) }
      return value
    }
  }

  /// The value, or the error that says what the file lacks.
  func required<Value>(_ value: Value?, _ key: String, _ expected: String) throws -> Value {
    guard let value else {
      throw CheckpointError.missingSetting(file: file, key: prefix + key, expected: expected)
    }
    return value
  }

  private func unexpected(
    _ key: String, _ expected: String, _ found: JSONValue
  ) -> CheckpointError {
    .unexpectedSetting(
      file: file, key: prefix + key, expected: expected, found: found.shownInMessage)
  }
}

extension JSONValue {
  /// The value where it is short, else its kind.
  fileprivate var shownInMessage: String {
    switch self {
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value) where value.count <= 40: "the string \"\(value.text)\""
    case .null, .string, .array, .object: kind
    }
  }
}
