/// The differences between the regular expressions of tokenizer files, which are Oniguruma's in its
/// Ruby dialect, and those of Foundation (ICU), as far as one can be written as the other.
enum OnigurumaSyntax {
  /// The pattern as ICU spells it. What ICU does not know stays as it is, for ICU to refuse.
  static func translate(_ pattern: String) -> String {
    var result = ""
    var rest = Substring(pattern)
    var depth = 0  // of brackets
    while let character = rest.first {
      if let (known, replacement) = replacement(at: rest, inBrackets: depth > 0) {
        result += replacement
        rest = rest.dropFirst(known)
        continue
      }
      if character == "\\" {
        // An escaped character, so that it isn't taken for syntax.
        result += rest.prefix(2)
        rest = rest.dropFirst(2)
        continue
      }
      if character == "[" { depth += 1 }
      if character == "]", depth > 0 { depth -= 1 }
      result.append(character)
      rest = rest.dropFirst()
    }
    return result
  }

  /// What stands at the start of `text`, by its length, and what ICU calls it.
  private static func replacement(
    at text: Substring, inBrackets: Bool
  ) -> (length: Int, replacement: String)? {
    for (spelling, meaning, inside) in classes where text.hasPrefix(spelling) {
      return (spelling.count, inBrackets ? inside : "[\(meaning)]")
    }
    for (spelling, meaning) in complements where text.hasPrefix(spelling) {
      return (spelling.count, "[^\(meaning)]")
    }
    if text.hasPrefix(#"\p{^"#) { return (4, #"\P{"#) }
    guard !inBrackets else { return nil }
    // Ruby's name for "a dot is any character".
    if text.hasPrefix("(?m:") { return (4, "(?s:") }
    if text.hasPrefix("(?m)") { return (4, "(?s)") }
    if text.hasPrefix("{,") { return (2, "{0,") }
    return nil
  }

  /// What Oniguruma counts as a word, as opposed to ICU: no joiners.
  private static let word = #"[\w--[\u200C\u200D]]"#
  /// Outside of brackets, also six numbers of Latin-1.
  private static let loneWord = word + #"\u00B2\u00B3\u00B9\u00BC-\u00BE"#

  /// Classes with another meaning, or none, in ICU, and what may stand for them in brackets. Found
  /// by comparing all classes on all of Unicode's characters.
  private static let classes = [
    (#"\h"#, "0-9a-fA-F", "0-9a-fA-F"), (#"\w"#, loneWord, word),
    (#"\p{Word}"#, loneWord, word), ("[:word:]", word, word),
    ("[:xdigit:]", "0-9a-fA-F", "0-9a-fA-F"),
    ("[:punct:]", #"\p{P}\p{S}"#, #"\p{P}\p{S}"#),
    // In brackets, ICU repeats them without remembering every step, which takes memory.
    (#"\s"#, #"\s"#, #"\s"#), (#"\d"#, #"\d"#, #"\d"#),
  ]

  private static let complements = [
    (#"\H"#, "0-9a-fA-F"), (#"\W"#, loneWord), (#"\S"#, #"\s"#), (#"\D"#, #"\d"#),
  ]
}
