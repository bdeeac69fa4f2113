/// The last and longest of DeepSeek-V3's three expressions: a punctuation mark with the ASCII letters
/// after it, letters with one character before them, punctuation and symbols, and line breaks.
/// Digits and control characters belong to no word unless letters follow.
struct DeepSeekScanner: WordScanner {
  let name = "DeepSeek-V3"
  let patterns = [
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
      + #"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  ]

  private let classes = CharacterClasses.shared
  private let letters: CharacterClass = [.letter, .mark]
  private let marks: CharacterClass = [.punctuation, .symbol]

  func endOfWord(in text: UTF8Text, from i: Int) -> Int? {
    let (kind, length) = classes.classify(text, at: i)
    if kind.isIn(letters) { return classes.endOfRun(of: letters, in: text, from: i + length) }
    if kind.isIn(marks), length == 1, let end = endOfASCIILetters(in: text, from: i + 1) {
      return end
    }
    let next = classes.classify(text, at: i + length).class
    if next.isIn(letters), !kind.isIn([.newline, .punctuation, .symbol]) {
      return classes.endOfRun(of: letters, in: text, from: i + length)
    }
    if kind.isIn(marks) || (text[i] == UInt8(ascii: " ") && next.isIn(marks)) {
      let end = classes.endOfRun(of: marks, in: text, from: i + length)
      return classes.endOfRun(of: .newline, in: text, from: end)
    }
    guard kind.isIn(.whitespace) else { return nil }
    return classes.endOfLines(in: text, from: i) ?? classes.endOfWhitespace(in: text, from: i)
  }

  private func endOfASCIILetters(in text: UTF8Text, from i: Int) -> Int? {
    var end = i
    while end < text.count, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(text[end] | 0x20) {
      end += 1
    }
    return end > i ? end : nil
  }
}
