import Foundation

/// BERT's cleaning: drops control characters, makes every whitespace a space, puts spaces around
/// Chinese characters, takes accents off, lowercases.
struct BertNormalizer: Normalizer {
  static let names = ["BertNormalizer"]

  private let cleansText: Bool
  private let separatesChinese: Bool
  private let stripsAccents: Bool
  private let lowercases: Bool

  init(_ component: Component) throws {
    cleansText = try component.bool("clean_text", default: true)
    separatesChinese = try component.bool("handle_chinese_chars", default: true)
    lowercases = try component.bool("lowercase", default: true)
    // Null leaves it to whether the text is lowercased.
    stripsAccents = try component.bool("strip_accents", default: lowercases)
  }

  func normalize(_ text: [UInt8]) -> [UInt8] {
    var text = text
    if cleansText { text = cleaned(text) }
    if separatesChinese { text = separated(text) }
    if stripsAccents { text = withoutAccents(text) }
    return lowercases ? LowercaseNormalizer.lowercase(text) : text
  }

  private func cleaned(_ text: [UInt8]) -> [UInt8] {
    text.mappingScalars { scalar, output in
      switch scalar {
      case "\t", "\n", "\r": output.append(UInt8(ascii: " "))
      case "\0", "\u{FFFD}": break
      case " "..."~": output.append(UInt8(scalar.value))
      default:
        guard !Self.isControl(scalar) else { return }
        if scalar.isRegexWhitespace {
          output.append(UInt8(ascii: " "))
        } else {
          output += UTF8.encode(scalar) ?? .init()
        }
      }
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate: true
    default: false
    }
  }

  private func separated(_ text: [UInt8]) -> [UInt8] {
    text.mappingScalars { scalar, output in
      let isChinese = !scalar.isASCII && Self.chinese.contains { $0.contains(scalar.value) }
      if isChinese { output.append(UInt8(ascii: " ")) }
      output += UTF8.encode(scalar) ?? .init()
      if isChinese { output.append(UInt8(ascii: " ")) }
    }
  }

  /// Unicode's blocks of Chinese characters, as BERT lists them.
  private static let chinese: [ClosedRange<UInt32>] = [
    0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
    0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F,
  ]

  private func withoutAccents(_ text: [UInt8]) -> [UInt8] {
    let decomposed = CombiningMarks.sorted(String(decoding: text, as: UTF8.self))
      .decomposedStringWithCanonicalMapping
    return Array(decomposed.utf8).mappingScalars { scalar, output in
      if scalar.isASCII || scalar.properties.generalCategory != .nonspacingMark {
        output += UTF8.encode(scalar) ?? .init()
      }
    }
  }
}
