/// GPT-2's words: contractions, and runs of letters, of digits or of other characters, each with
/// the one space before it.
struct GPT2Scanner: WordScanner {
  let patterns = [
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  ]

  private let classes = CharacterClasses.shared

  func endOfWord(in text: UTF8Text, from i: Int) -> Int {
    if let end = endOfContraction(in: text, from: i) { return end }
    let start = text[i] == UInt8(ascii: " ") ? i + 1 : i
    let kind = classes.classify(text, at: start).class
    switch kind {
    case .letter, .number, .other: return classes.endOfRun(of: kind, in: text, from: start)
    case .space, .newline, .end: return classes.endOfWhitespace(in: text, from: i)
    }
  }

  private func endOfContraction(in text: UTF8Text, from i: Int) -> Int? {
    guard text[i] == UInt8(ascii: "'"), i + 1 < text.count else { return nil }
    switch text[i + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return i + 2
    default: break
    }
    guard i + 2 < text.count else { return nil }
    switch (text[i + 1], text[i + 2]) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return i + 3
    default: return nil
    }
  }
}

extension CharacterClasses {
  /// The end of a match of `\s+(?!\S)|\s+`: a run of whitespace leaves its last character to the
  /// word that follows, unless it has no other.
  func endOfWhitespace(in text: UTF8Text, from i: Int) -> Int {
    var (last, end) = (i, i)
    while case (let kind, let length) = classify(text, at: end), kind.isWhitespace {
      (last, end) = (end, end + length)
    }
    return end == text.count || last == i ? end : last
  }
}
