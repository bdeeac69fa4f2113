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
    // Hexadecimal digits; to ICU, horizontal space.
    if text.hasPrefix(#"\h"#) { return (2, inBrackets ? "0-9a-fA-F" : "[0-9a-fA-F]") }
    if text.hasPrefix(#"\H"#) { return (2, "[^0-9a-fA-F]") }
    if text.hasPrefix(#"\p{^"#) { return (4, #"\P{"#) }
    if text.hasPrefix(#"\p{Word}"#) { return (8, #"\w"#) }
    guard !inBrackets else { return nil }
    // Ruby's name for "a dot is any character".
    if text.hasPrefix("(?m:") { return (4, "(?s:") }
    if text.hasPrefix("(?m)") { return (4, "(?s)") }
    if text.hasPrefix("{,") { return (2, "{0,") }
    return nil
  }
}
