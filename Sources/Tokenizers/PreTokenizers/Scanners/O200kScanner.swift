/// The words of OpenAI's o200k, and of Mistral's Tekken, which has no contractions and shorter
/// numbers: a word ends where lowercase meets uppercase, and a slash goes with the line breaks that
/// end other characters.
struct O200kScanner: WordScanner {
  /// Whose words exactly.
  enum Variant: String {
    case o200k
    case tekken = "Tekken"
  }

  private let variant: Variant

  private let classes = CharacterClasses.shared
  /// What may stand before the lowercase letters of a word, and what they are.
  private static let upper: CharacterClass = [.uppercase, .caseless, .mark]
  private static let lower: CharacterClass = [.lowercase, .caseless, .mark]

  init(_ variant: Variant) { self.variant = variant }

  var name: String { variant.rawValue }

  var patterns: [String] {
    let before = #"[^\r\n\p{L}\p{N}]?"#
    let (upper, lower) = (#"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#, #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#)
    let (after, number) =
      variant == .o200k
      ? ("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", #"\p{N}{1,3}"#) : ("", #"\p{N}"#)
    return [
      before + upper + "*" + lower + "+" + after + "|" + before + upper + "+" + lower + "*" + after
        + "|" + number
        + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    ]
  }

  func endOfWord(in text: UTF8Text, from i: Int) -> Int? {
    let (kind, length) = classes.classify(text, at: i)
    if let end = endOfLetters(in: text, from: i, kind, length) {
      return variant == .o200k ? text.endOfAnyCaseContraction(at: end) ?? end : end
    }
    if kind == .number {
      return classes.endOfNumber(in: text, from: i, digits: variant == .o200k ? 3 : 1)
    }
    let next = classes.classify(text, at: i + length).class
    if kind.isIn(.other) || (text[i] == UInt8(ascii: " ") && next.isIn(.other)) {
      var end = classes.endOfRun(of: .other, in: text, from: i + length)
      while end < text.count,
        [UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "/")].contains(text[end])
      {
        end += 1
      }
      return end
    }
    return classes.endOfLines(in: text, from: i) ?? classes.endOfWhitespace(in: text, from: i)
  }

  /// The expression's first two alternatives: each first tries to take the character at `i` for the
  /// one before the word.
  private func endOfLetters(
    in text: UTF8Text, from i: Int, _ kind: CharacterClass, _ length: Int
  ) -> Int? {
    if kind.isIn(.letter) { return endOfMixed(in: text, from: i) ?? endOfUpper(in: text, from: i) }
    guard !kind.isIn([.number, .newline]) else { return nil }
    let start = i + length
    return endOfMixed(in: text, from: start) ?? endOfMixed(in: text, from: i)
      ?? endOfUpper(in: text, from: start) ?? endOfUpper(in: text, from: i)
  }

  /// `upper* lower+`. The first part gives back what the second needs: nothing when a lowercase
  /// letter follows it, else all after the last character that may be either.
  private func endOfMixed(in text: UTF8Text, from start: Int) -> Int? {
    var (end, shared) = (start, start)
    while case (let kind, let length) = classes.classify(text, at: end), kind.isIn(Self.upper) {
      end += length
      if kind.isIn(Self.lower) { shared = end }
    }
    if classes.classify(text, at: end).class.isIn(Self.lower) {
      return classes.endOfRun(of: Self.lower, in: text, from: end)
    }
    return shared > start ? shared : nil
  }

  /// `upper+ lower*` where `upper* lower+` does not match, so that there is nothing for `lower*`.
  private func endOfUpper(in text: UTF8Text, from start: Int) -> Int? {
    let end = classes.endOfRun(of: Self.upper, in: text, from: start)
    return end > start ? end : nil
  }
}
