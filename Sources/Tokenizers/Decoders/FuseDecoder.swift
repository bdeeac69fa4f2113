/// Joins all tokens, so that the decoders after it see one.
struct FuseDecoder: TokenDecoder {
  static let names = ["Fuse"]

  init(_ component: Component) {}

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] { [Array(tokens.joined())] }
}
