/// Replaces every occurrence of a text, or match of a regular expression, within a token by a text.
struct ReplaceDecoder: TokenDecoder {
  static let names = ["Replace"]

  private let pattern: SplitPattern
  private let content: [UInt8]

  init(_ component: Component) throws {
    pattern = try SplitPattern(component, key: "pattern")
    content = try component.replacement("content")
  }

  var notes: [String] { pattern.notes }

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    // A token on which the engine gives up stays as it is.
    tokens.map { (try? pattern.replace(in: $0, by: content)) ?? $0 }
  }
}
