/// Turns `▁` back into spaces, and drops it from the first token, where the pre-tokenizer may have
/// added it.
struct MetaspaceDecoder: TokenDecoder {
  static let names = ["Metaspace"]

  private let replacement: [UInt8]
  private let scheme: PrependScheme

  init(_ component: Component) throws {
    replacement = try component.metaspaceReplacement()
    scheme = try component.prependScheme()
  }

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    tokens.enumerated().map { index, token in
      let dropsSpace = index == 0 && scheme != .never
      return token.replacing(replacement, with: dropsSpace ? [] : [UInt8(ascii: " ")])
    }
  }
}
