/// Removes whitespace at the start, the end, or both.
struct StripNormalizer: Normalizer {
  static let names = ["Strip"]

  private let left: Bool
  private let right: Bool

  init(_ component: Component) throws {
    left = try component.bool("strip_left", default: true)
    right = try component.bool("strip_right", default: true)
  }

  func normalize(_ text: [UInt8]) -> [UInt8] {
    var scalars = String(decoding: text, as: UTF8.self).unicodeScalars[...]
    if left { scalars = scalars.drop(while: \.isRegexWhitespace) }
    if right {
      while let last = scalars.last, last.isRegexWhitespace { scalars.removeLast() }
    }
    return Array(String(scalars).utf8)
  }

  func keepsStart(of character: [UInt8]) -> Bool {
    !left || !character.mappingScalars { if !$0.isRegexWhitespace { $1.append(0) } }.isEmpty
  }
}
