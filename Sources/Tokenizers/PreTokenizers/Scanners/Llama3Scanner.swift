/// Llama 3's words, and Qwen2's, which differ in how many digits make a number: contractions in
/// either case, letters with any one character before them that is no letter, digit or line break,
/// and line breaks together with what they end.
struct Llama3Scanner: WordScanner {
  /// The most digits in one word.
  let digits: Int

  var patterns: [String] {
    let number = digits == 1 ? #"\p{N}"# : #"\p{N}{1,\#(digits)}"#
    return [
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + number
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    ]
  }

  private let classes = CharacterClasses.shared

  init(digits: Int) { self.digits = digits }

  func endOfWord(in text: UTF8Text, from i: Int) -> Int {
    if let end = endOfContraction(in: text, from: i) { return end }
    let (kind, length) = classes.classify(text, at: i)
    switch kind {
    case .letter: return classes.endOfRun(of: .letter, in: text, from: i + length)
    case .number: return endOfNumber(in: text, from: i)
    default: break
    }
    let next = classes.classify(text, at: i + length).class
    if next == .letter, kind != .newline {
      return classes.endOfRun(of: .letter, in: text, from: i + length)
    }
    if kind == .other || (text[i] == UInt8(ascii: " ") && next == .other) {
      let end = classes.endOfRun(of: .other, in: text, from: i + (kind == .other ? 0 : 1))
      return classes.endOfRun(of: .newline, in: text, from: end)
    }
    return endOfLines(in: text, from: i) ?? classes.endOfWhitespace(in: text, from: i)
  }

  private func endOfNumber(in text: UTF8Text, from i: Int) -> Int {
    var end = i
    for _ in 0..<digits {
      guard case (.number, let length) = classes.classify(text, at: end) else { break }
      end += length
    }
    return end
  }

  /// The end of a match of `\s*[\r\n]+`: after the last line break of a run of whitespace.
  private func endOfLines(in text: UTF8Text, from i: Int) -> Int? {
    var (result, end): (Int?, Int) = (nil, i)
    while case (let kind, let length) = classes.classify(text, at: end), kind.isWhitespace {
      end += length
      if kind == .newline { result = end }
    }
    return result
  }

  private func endOfContraction(in text: UTF8Text, from i: Int) -> Int? {
    guard text[i] == UInt8(ascii: "'"), i + 1 < text.count else { return nil }
    // Adding 0x20 makes ASCII letters lowercase; what it makes of others is no letter asked for.
    let first = text[i + 1] | 0x20
    let second = i + 2 < text.count ? text[i + 2] | 0x20 : 0
    switch (first, second) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
      (UInt8(ascii: "d"), _):
      return i + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return i + 3
    default:
      // Unicode folds the long s, U+017F, to an s.
      return text.contains([0xC5, 0xBF], at: i + 1) ? i + 3 : nil
    }
  }
}
