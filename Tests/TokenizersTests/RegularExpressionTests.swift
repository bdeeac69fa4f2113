import Foundation
import TestSupport
import Testing
import Tokenizers

/// What expressions without a scanner match is among the vectors of the library.
@Suite("Regular expressions without a scanner")
struct RegularExpressionTests {
  @Test("are noted, wherever they stand")
  func areNoted() throws {
    let replace = #"{"type":"Replace","pattern":{"Regex":"x+"},"content":"y"}"#
    let tokenizer = try HandmadeTokenizer(
      normalizer: #"{"type":"Sequence","normalizers":[\#(replace)]}"#,
      preTokenizer: #"{"type":"Sequence","pretokenizers":[\#(splitting(#"\w+"#))]}"#,
      decoder: replace
    ).load()
    #expect(
      tokenizer.notes.map { $0.prefix { $0 != ":" } } == [
        "normalizer.normalizers[0].pattern", "pre_tokenizer.pretokenizers[0].pattern",
        "decoder.pattern",
      ])
    #expect(tokenizer.notes.allSatisfy { $0.contains("general engine") })
    #expect(tokenizer.summary.notes == tokenizer.notes)
  }

  @Test("are an error when they are none")
  func areRefused() {
    for pattern in ["(", "[a", "a{2,1}", #"\p{Nonsense}"#, "(?<=a*)b", "*"] {
      #expect(
        throws: TokenizerError.invalidPattern(
          file: "tokenizer.json", key: "pre_tokenizer.pattern.Regex", pattern: pattern)
      ) {
        try HandmadeTokenizer(preTokenizer: splitting(pattern)).load()
      }
    }
  }

  /// Each further letter doubles the time of this one.
  @Test("are given up when they take too long, and not where nothing matches")
  func areGivenUp() throws {
    let pattern = "(a+)+$"
    let tokenizer = try HandmadeTokenizer(preTokenizer: splitting(pattern)).load()
    let text = String(repeating: "a", count: 40) + "b"
    #expect(throws: TokenizerError.patternFailed(pattern: pattern, bytes: 41)) {
      try tokenizer.encode(text)
    }
    let patient = try HandmadeTokenizer(preTokenizer: splitting("zz+")).load()
    #expect(throws: Never.self) { try patient.encode(String(repeating: "a", count: 300_000)) }
  }

  @Test("match bytes, wherever characters of any length stand before them")
  func countBytes() throws {
    let handmade = HandmadeTokenizer(preTokenizer: splitting("b"))
    #expect(
      try handmade.words(of: "aéb中b😀b\u{301}b") == ["aé", "b", "中", "b", "😀", "b", "\u{301}", "b"])
  }

  @Test("get through a word of a million characters")
  func longWord() throws {
    let handmade = HandmadeTokenizer(preTokenizer: splitting(#"\s*[\r\n]+|\p{L}+|\s+(?!\S)|\s+"#))
    for word in ["a", " ", "\n", "1"] {
      let text = String(repeating: word, count: 1_000_000)
      #expect(try handmade.words(of: text + text) == [text + text])
    }
  }
}
