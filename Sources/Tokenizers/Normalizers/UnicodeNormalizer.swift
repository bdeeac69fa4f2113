import Foundation

/// Unicode's four normalization forms.
struct UnicodeNormalizer: Normalizer {
  static let names = ["NFC", "NFD", "NFKC", "NFKD"]

  private let form: String

  init(_ component: Component) throws { form = try component.type() }

  var labels: [String] { [form] }

  /// ASCII stays as it is in every form, and composes only with what follows it. So a run of other
  /// characters is normalized together with the one ASCII character before it, and the rest copied.
  func normalize(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var i = 0
    while let start = text[i...].firstIndex(where: { $0 >= 0x80 }) {
      let end = text[start...].firstIndex { $0 < 0x80 } ?? text.count
      let first = max(i, start - 1)
      result += text[i..<first]
      result += normalized(String(decoding: text[first..<end], as: UTF8.self)).utf8
      i = end
    }
    result += text[i...]
    return result
  }

  private func normalized(_ text: String) -> String {
    let text = CombiningMarks.sorted(text)
    // Foundation leaves what a compatibility mapping produced uncomposed and in the order in which
    // it came out; the canonical mapping after it makes up for that.
    return switch form {
    case "NFC": text.precomposedStringWithCanonicalMapping
    case "NFD": text.decomposedStringWithCanonicalMapping
    case "NFKC":
      text.decomposedStringWithCompatibilityMapping.precomposedStringWithCanonicalMapping
    default: text.decomposedStringWithCompatibilityMapping.decomposedStringWithCanonicalMapping
    }
  }
}
