/// The second of DeepSeek-V3's three expressions: Chinese and Japanese characters.
struct DeepSeekIdeographScanner: WordScanner {
  let name = "ideographs and kana"
  let patterns = [
    #"[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+"#, #"[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"#,
    "[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+",
  ]

  func endOfWord(in text: UTF8Text, from i: Int) -> Int? {
    var end = i
    while end < text.count {
      let (value, length) = text.scalar(at: end)
      guard (0x4E00...0x9FA5).contains(value) || (0x3040...0x30FF).contains(value) else { break }
      end += length
    }
    return end > i ? end : nil
  }
}
