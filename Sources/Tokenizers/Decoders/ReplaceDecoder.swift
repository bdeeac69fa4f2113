/// Replaces every occurrence of a text within a token by another.
struct ReplaceDecoder: TokenDecoder {
  static let names = ["Replace"]

  private let pattern: [UInt8]
  private let content: [UInt8]

  init(_ component: Component) throws {
    pattern = try component.literalPattern()
    content = try component.bytes("content")
  }

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    tokens.map { $0.replacing(pattern, with: content) }
  }
}
