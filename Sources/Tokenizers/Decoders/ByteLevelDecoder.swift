/// Turns the printable spelling of bytes back into bytes, and those into text.
struct ByteLevelDecoder: TokenDecoder {
  static let names = ["ByteLevel"]

  init(_ component: Component) {}

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    // Added tokens are not spelled in the alphabet, and stand for themselves.
    let bytes = tokens.flatMap { ByteAlphabet.shared.decode($0) ?? $0 }
    return [bytes.repaired()]
  }
}
