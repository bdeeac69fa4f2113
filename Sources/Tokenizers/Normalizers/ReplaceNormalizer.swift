import ByteJSON

/// Replaces every occurrence of a text by another.
struct ReplaceNormalizer: Normalizer {
  static let names = ["Replace"]

  private let pattern: [UInt8]
  private let content: [UInt8]

  init(_ component: Component) throws {
    pattern = try component.literalPattern()
    content = try component.bytes("content")
  }

  func normalize(_ text: [UInt8]) -> [UInt8] { text.replacing(pattern, with: content) }
}

extension Component {
  /// The "pattern" of a replacement, which must be plain text.
  func literalPattern() throws -> [UInt8] {
    let pattern = try component("pattern")
    if let regex = pattern.members["Regex"]?.text {
      throw TokenizerError.unknownPattern(file: file, key: key("pattern"), pattern: regex)
    }
    return try pattern.required("String", "a text that is not empty") { value in
      value.string.flatMap { $0.count == 0 ? nil : $0.bytes }
    }
  }
}
