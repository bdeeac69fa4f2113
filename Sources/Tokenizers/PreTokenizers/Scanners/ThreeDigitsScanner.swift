/// Falcon's numbers: exactly three ASCII digits.
struct ThreeDigitsScanner: WordScanner {
  let name = "three digits"
  let patterns = ["[0-9][0-9][0-9]"]

  func endOfWord(in text: UTF8Text, from i: Int) -> Int? {
    guard i + 3 <= text.count else { return nil }
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    return text[i..<i + 3].allSatisfy(digits.contains) ? i + 3 : nil
  }
}
