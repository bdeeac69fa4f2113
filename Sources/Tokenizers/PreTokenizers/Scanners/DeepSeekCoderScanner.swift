/// The expressions that DeepSeek-Coder applies one after the other.
struct DeepSeekCoderScanner: WordScanner {
  /// Which of the expressions.
  enum Part: String {
    case lineBreak = "line break"
    /// With one whitespace character before them.
    case letters
    /// With one whitespace character before it.
    case punctuation
    /// Everything from U+0800 to the end of the Chinese characters, and Korean.
    case ideographs
  }

  private let part: Part

  private let classes = CharacterClasses.shared

  init(_ part: Part) { self.part = part }

  var name: String { "DeepSeek-Coder, \(part.rawValue)" }

  var patterns: [String] {
    switch part {
    case .lineBreak: [#"[\r\n]"#, "[\r\n]"]
    case .letters: [#"\s?\p{L}+"#]
    case .punctuation: [#"\s?\p{P}+"#]
    case .ideographs: ["[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+"]
    }
  }

  func endOfWord(in text: UTF8Text, from i: Int) -> Int? {
    switch part {
    case .lineBreak: classes.classify(text, at: i).class == .newline ? i + 1 : nil
    case .letters: endOfRun(of: .letter, in: text, from: i)
    case .punctuation: endOfRun(of: .punctuation, in: text, from: i)
    case .ideographs: endOfIdeographs(in: text, from: i)
    }
  }

  private func endOfRun(of set: CharacterClass, in text: UTF8Text, from i: Int) -> Int? {
    let (kind, length) = classes.classify(text, at: i)
    let start = kind.isIn(.whitespace) ? i + length : i
    let end = classes.endOfRun(of: set, in: text, from: start)
    return end > start ? end : nil
  }

  private func endOfIdeographs(in text: UTF8Text, from i: Int) -> Int? {
    var end = i
    while end < text.count {
      let (value, length) = text.scalar(at: end)
      guard (0x800...0x9FA5).contains(value) || (0xAC00...0xD7FF).contains(value) else { break }
      end += length
    }
    return end > i ? end : nil
  }
}
