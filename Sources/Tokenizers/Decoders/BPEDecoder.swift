/// Turns the suffix that ends a word into a space, or into nothing at the end of the text.
struct BPEDecoder: TokenDecoder {
  static let names = ["BPEDecoder"]

  private let suffix: [UInt8]

  init(_ component: Component) throws { suffix = try component.bytes("suffix") }

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    guard !suffix.isEmpty else { return tokens }
    return tokens.enumerated().map { index, token in
      token.replacing(suffix, with: index == tokens.count - 1 ? [] : [UInt8(ascii: " ")])
    }
  }
}
