/// A regular expression written out as code: it finds the words that the expression would match
/// one after the other, which for every expression here cover the whole text.
///
/// By hand, because regular-expression engines differ in what `\s` and `\p{N}` mean and in whether
/// they match scalars or graphemes, and because this runs over every byte of a corpus.
protocol WordScanner: Sendable {
  /// The expressions, exactly as files spell them, that this scanner is equivalent to.
  var patterns: [String] { get }

  /// Where the word that starts at `i`, before the end of the text, ends.
  func endOfWord(in text: UTF8Text, from i: Int) -> Int
}

extension WordScanner {
  @inline(__always)
  func forEachWord(of text: UTF8Text, _ body: (Range<Int>) -> Void) {
    var i = 0
    while i < text.count {
      let end = endOfWord(in: text, from: i)
      body(i..<end)
      i = end
    }
  }
}

/// Every scanner the tool knows. A new one is one file in `Scanners` and one line here.
let allWordScanners: [any WordScanner] = [
  GPT2Scanner(),
  Llama3Scanner(digits: 3),
  Llama3Scanner(digits: 1),
]

func makeWordScanner(_ pattern: String, file: String, key: String) throws -> any WordScanner {
  // Patterns are ASCII, so comparing as `String` compares the bytes.
  guard let scanner = allWordScanners.first(where: { $0.patterns.contains(pattern) }) else {
    throw TokenizerError.unknownPattern(file: file, key: key, pattern: pattern)
  }
  return scanner
}
