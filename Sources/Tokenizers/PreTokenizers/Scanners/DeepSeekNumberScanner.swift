/// The first of DeepSeek-V3's three expressions: numbers of up to three digits.
struct DeepSeekNumberScanner: WordScanner {
  let name = "up to three digits"
  let patterns = [#"\p{N}{1,3}"#]

  private let classes = CharacterClasses.shared

  func endOfWord(in text: UTF8Text, from i: Int) -> Int? {
    let end = classes.endOfNumber(in: text, from: i, digits: 3)
    return end > i ? end : nil
  }
}
