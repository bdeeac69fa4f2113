/// Two spaces or more, which converted SentencePiece models write as one.
struct SpacesScanner: WordScanner {
  let name = "two spaces or more"
  let patterns = [" {2,}"]

  func endOfWord(in text: UTF8Text, from i: Int) -> Int? {
    var end = i
    while end < text.count, text[end] == UInt8(ascii: " ") { end += 1 }
    return end >= i + 2 ? end : nil
  }
}
