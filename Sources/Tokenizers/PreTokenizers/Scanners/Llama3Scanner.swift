/// Llama 3's words, and Qwen's, which differ in how many digits make a number and in whether
/// combining marks belong to letters: contractions in either case, letters with any one character
/// before them that is no letter, digit or line break, and line breaks together with what they end.
struct Llama3Scanner: WordScanner {
  /// Whose words exactly.
  enum Variant: String {
    case llama3 = "Llama 3"
    case qwen2 = "Qwen2"
    case qwen35 = "Qwen3.5"
  }

  /// The most digits in one word.
  private let digits: Int
  private let letters: CharacterClass
  private let others: CharacterClass
  private let variant: Variant

  private let classes = CharacterClasses.shared

  init(_ variant: Variant) {
    self.variant = variant
    digits = variant == .llama3 ? 3 : 1
    letters = variant == .qwen35 ? [.letter, .mark] : .letter
    others = variant == .qwen35 ? [.punctuation, .symbol, .rest] : .other
  }

  var name: String { variant.rawValue }

  var patterns: [String] {
    let number = digits == 1 ? #"\p{N}"# : #"\p{N}{1,\#(digits)}"#
    let (letter, other) =
      variant == .qwen35
      ? (#"[\p{L}\p{M}]"#, #"[^\s\p{L}\p{M}\p{N}]"#) : (#"\p{L}"#, #"[^\s\p{L}\p{N}]"#)
    let words =
      #"|[^\r\n\p{L}\p{N}]?"# + letter + "+|" + number + "| ?" + other
      + #"+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    let spellings = ["(?i:'s|'t|'re|'ve|'m|'ll|'d)" + words, "'(?i:[sdmt]|ll|ve|re)" + words]
    return variant == .llama3 ? spellings + [Self.openAI] : spellings
  }

  /// How OpenAI writes the same words down.
  private static let openAI =
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*"#
    + #"|\s*[\r\n]|\s+(?!\S)|\s+"#

  func endOfWord(in text: UTF8Text, from i: Int) -> Int? {
    if let end = text.endOfAnyCaseContraction(at: i) { return end }
    let (kind, length) = classes.classify(text, at: i)
    if kind.isIn(letters) { return classes.endOfRun(of: letters, in: text, from: i + length) }
    if kind == .number { return classes.endOfNumber(in: text, from: i, digits: digits) }

    let next = classes.classify(text, at: i + length).class
    if next.isIn(letters), kind != .newline {
      return classes.endOfRun(of: letters, in: text, from: i + length)
    }
    if kind.isIn(others) || (text[i] == UInt8(ascii: " ") && next.isIn(others)) {
      let end = classes.endOfRun(of: others, in: text, from: i + length)
      return classes.endOfRun(of: .newline, in: text, from: end)
    }
    return classes.endOfLines(in: text, from: i) ?? classes.endOfWhitespace(in: text, from: i)
  }
}
