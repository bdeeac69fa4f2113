/// A regular expression written out as code: it finds the words that the expression would match
/// one after the other.
///
/// By hand, because regular-expression engines differ in what `\s` and `\p{N}` mean and in whether
/// they match scalars or graphemes, and because this runs over every byte of a corpus.
protocol WordScanner: Sendable {
  /// Whose words these are.
  var name: String { get }

  /// The expressions, exactly as files spell them, that this scanner is equivalent to.
  var patterns: [String] { get }

  /// Where the word that starts at `i`, before the end of the text, ends; nil when none starts
  /// there.
  func endOfWord(in text: UTF8Text, from i: Int) -> Int?
}

extension WordScanner {
  /// Calls `body` with every word, and with what lies between them.
  @inline(__always)
  func forEachStretch(of text: UTF8Text, _ body: (SplitBehavior.Stretch) -> Void) {
    var (start, i) = (0, 0)
    while i < text.count {
      guard let end = endOfWord(in: text, from: i) else {
        i += text.scalarLength(at: i)
        continue
      }
      if start < i { body((start..<i, false)) }
      body((i..<end, true))
      (start, i) = (end, end)
    }
    if start < text.count { body((start..<text.count, false)) }
  }
}

/// Every scanner the tool knows. A new one is one file in `Scanners` and one line here.
let allWordScanners: [any WordScanner] = [
  GPT2Scanner(),
  Llama3Scanner(.llama3),
  Llama3Scanner(.qwen2),
  Llama3Scanner(.qwen35),
  O200kScanner(.o200k),
  O200kScanner(.tekken),
  DeepSeekScanner(),
  DeepSeekNumberScanner(),
  DeepSeekIdeographScanner(),
  DeepSeekCoderScanner(.lineBreak),
  DeepSeekCoderScanner(.letters),
  DeepSeekCoderScanner(.punctuation),
  DeepSeekCoderScanner(.ideographs),
  ThreeDigitsScanner(),
  SpacesScanner(),
]

/// The scanner for a regular expression, nil when none stands for it.
func wordScanner(for pattern: String) -> (any WordScanner)? {
  let bytes = Array(pattern.utf8)
  return allWordScanners.first { scanner in
    scanner.patterns.contains { $0.utf8.elementsEqual(bytes) }
  }
}
