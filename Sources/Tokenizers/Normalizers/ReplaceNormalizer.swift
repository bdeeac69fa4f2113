/// Replaces every occurrence of a text, or match of a regular expression, by a text.
struct ReplaceNormalizer: Normalizer {
  static let names = ["Replace"]

  private let pattern: SplitPattern
  private let content: [UInt8]

  init(_ component: Component) throws {
    pattern = try SplitPattern(component, key: "pattern")
    content = try component.replacement("content")
  }

  var notes: [String] { pattern.notes }

  func normalize(_ text: [UInt8]) throws -> [UInt8] {
    try pattern.replace(in: text, by: content)
  }
}
