/// Lowercases scalar by scalar, without regard to neighbors: a final sigma is an ordinary one.
struct LowercaseNormalizer: Normalizer {
  static let names = ["Lowercase"]

  init(_ component: Component) {}

  func normalize(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      result += scalar.properties.lowercaseMapping.utf8
    }
    return result
  }
}
