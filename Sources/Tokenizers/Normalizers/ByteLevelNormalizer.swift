/// Spells the bytes of a text as printable characters.
struct ByteLevelNormalizer: Normalizer {
  static let names = ["ByteLevel"]

  init(_ component: Component) {}

  func normalize(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 4)
    ByteAlphabet.shared.append(text, to: &result)
    return result
  }
}
