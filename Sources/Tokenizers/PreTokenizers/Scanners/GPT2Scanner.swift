/// GPT-2's words: contractions, and runs of letters, of digits or of other characters, each with
/// the one space before it.
struct GPT2Scanner: WordScanner {
  let name = "GPT-2"
  let patterns = [
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
    #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
  ]

  private let classes = CharacterClasses.shared

  func endOfWord(in text: UTF8Text, from i: Int) -> Int? {
    if let end = text.endOfContraction(at: i) { return end }
    let start = text[i] == UInt8(ascii: " ") ? i + 1 : i
    let kind = classes.classify(text, at: start).class
    for set in [.letter, .number, .other] as [CharacterClass] where kind.isIn(set) {
      return classes.endOfRun(of: set, in: text, from: start)
    }
    return classes.endOfWhitespace(in: text, from: i)
  }
}

extension UTF8Text {
  /// The end of a match of `'s|'t|'re|'ve|'m|'ll|'d` at `i`.
  @inline(__always)
  fileprivate func endOfContraction(at i: Int) -> Int? {
    guard self[i] == UInt8(ascii: "'"), i + 1 < count else { return nil }
    switch self[i + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return i + 2
    default: break
    }
    guard i + 2 < count else { return nil }
    switch (self[i + 1], self[i + 2]) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return i + 3
    default: return nil
    }
  }
}
