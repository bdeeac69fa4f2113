import Tensors
import Testing
import Tokenizers

/// Words that Hugging Face's library finds with the regular expressions.
@Suite("Word scanners")
struct WordScannerTests {
  static let vectors: [(text: String, gpt2: [String], llama3: [String], qwen2: [String])] = [
    (" 's", [" '", "s"], [" '", "s"], [" '", "s"]),
    ("'stop", ["'s", "top"], ["'s", "top"], ["'s", "top"]),
    ("'S", ["'", "S"], ["'S"], ["'S"]),
    ("'x", ["'", "x"], ["'x"], ["'x"]),
    ("'re're", ["'re", "'re"], ["'re", "'re"], ["'re", "'re"]),
    ("'LL'", ["'", "LL", "'"], ["'LL", "'"], ["'LL", "'"]),
    ("a'ſ", ["a", "'", "ſ"], ["a", "'ſ"], ["a", "'ſ"]),
    ("don’t", ["don", "’", "t"], ["don", "’t"], ["don", "’t"]),
    (
      "1234567", ["1234567"], ["123", "456", "7"], ["1", "2", "3", "4", "5", "6", "7"]
    ),
    ("½Ⅷ1", ["½Ⅷ1"], ["½Ⅷ1"], ["½", "Ⅷ", "1"]),
    (" 12", [" 12"], [" ", "12"], [" ", "1", "2"]),
    ("a  b", ["a", " ", " b"], ["a", " ", " b"], ["a", " ", " b"]),
    ("x\t\ty", ["x", "\t", "\t", "y"], ["x", "\t", "\ty"], ["x", "\t", "\ty"]),
    ("\n  x", ["\n ", " x"], ["\n", " ", " x"], ["\n", " ", " x"]),
    ("\n\n  x", ["\n\n ", " x"], ["\n\n", " ", " x"], ["\n\n", " ", " x"]),
    (" \n x", [" \n", " x"], [" \n", " x"], [" \n", " x"]),
    ("  \n", ["  \n"], ["  \n"], ["  \n"]),
    ("\r\nfoo", ["\r", "\n", "foo"], ["\r\n", "foo"], ["\r\n", "foo"]),
    ("a.\n\nb", ["a", ".", "\n", "\n", "b"], ["a", ".\n\n", "b"], ["a", ".\n\n", "b"]),
    ("\u{A0}word", ["\u{A0}", "word"], ["\u{A0}word"], ["\u{A0}word"]),
    ("e\u{301}a", ["e", "\u{301}", "a"], ["e", "\u{301}a"], ["e", "\u{301}a"]),
    ("", [], [], []),
    ("   ", ["   "], ["   "], ["   "]),
    (" .\r\n \n", [" .", "\r\n \n"], [" .\r\n", " \n"], [" .\r\n", " \n"]),
    (
      "\u{200B}x\u{85}", ["\u{200B}", "x", "\u{85}"], ["\u{200B}x", "\u{85}"],
      ["\u{200B}x", "\u{85}"]
    ),
  ]

  @Test("find the words of the expressions they stand for", arguments: vectors.indices)
  func findWords(index: Int) throws {
    let vector = Self.vectors[index]
    func bytes(_ words: [String]) -> [[UInt8]] { words.map { Array($0.utf8) } }
    for (pattern, expected) in [
      (Pattern.gpt2, vector.gpt2), (Pattern.llama3, vector.llama3), (Pattern.qwen2, vector.qwen2),
    ] {
      let words = try HandmadeTokenizer(preTokenizer: splitting(pattern)).words(of: vector.text)
      #expect(bytes(words) == bytes(expected))
    }
  }

  @Test(
    "cover every text without gaps", arguments: [Pattern.gpt2, Pattern.llama3, Pattern.qwen2],
    0..<8)
  func coverText(pattern: String, seed: Int) throws {
    let tokenizer = try HandmadeTokenizer(preTokenizer: splitting(pattern)).load()
    var generator = SeededGenerator(seed: UInt64(seed))
    for length in 0..<200 {
      let text = generator.text(length: length)
      let words = try tokenizer.words(of: text)
      #expect(words.flatMap(\.utf8) == Array(text.utf8))
      #expect(words.allSatisfy { !$0.isEmpty })
    }
  }

  @Test("may be asked for the gaps between their words, as older files do")
  func mayBeInverted() throws {
    let pattern =
      "{\"type\":\"Split\",\"pattern\":{\"Regex\":\(quoted(Pattern.gpt2))},"
      + "\"behavior\":\"Removed\",\"invert\":true}"
    #expect(try HandmadeTokenizer(preTokenizer: pattern).words(of: "a b") == ["a", " b"])
  }

  @Test("stand for the expressions that they are equivalent to, and no other")
  func areRecognized() throws {
    for pattern in [Pattern.gpt2, Pattern.llama3, Pattern.qwen2] {
      #expect(try HandmadeTokenizer(preTokenizer: splitting(pattern)).load().notes == [])
    }
    let other = try HandmadeTokenizer(preTokenizer: splitting(Pattern.gpt2 + " ")).load()
    #expect(other.notes.count == 1)
  }
}
