import Foundation
import Tensors
import Testing
import Tokenizers

@Suite("Normalizers")
struct NormalizerTests {
  private func normalized(_ text: String, _ normalizer: String) throws -> [UInt8] {
    try HandmadeTokenizer(normalizer: normalizer).words(of: text).flatMap(\.utf8)
  }

  @Test(
    "give Unicode's normalization forms",
    arguments: [
      ("NFC", "xe\u{301}e \u{FB01}", "x\u{E9}e \u{FB01}"),
      ("NFD", "x\u{E9}\u{E9}y\u{FB01}", "xe\u{301}e\u{301}y\u{FB01}"),
      ("NFKC", "\u{FB01}e\u{301}\u{FF21}", "fi\u{E9}A"), ("NFKD", "\u{FB01}\u{E9}", "fie\u{301}"),
      ("NFKC", "\u{FF8A}\u{FF9E}", "\u{30D0}"), ("NFKD", "a\u{327}\u{FF9E}", "a\u{3099}\u{327}"),
      ("NFC", "\u{1100}\u{1161}\u{11A8}z", "\u{AC01}z"),
      ("NFC", "a\u{323}\u{307}b", "\u{1EA1}\u{307}b"),
      ("NFC", "\u{301}plain", "\u{301}plain"), ("NFC", "q\u{307}\u{323}", "q\u{323}\u{307}"),
    ])
  func unicodeForms(form: String, text: String, expected: String) throws {
    #expect(try normalized(text, "{\"type\":\"\(form)\"}") == Array(expected.utf8))
  }

  @Test("keep what they should keep", arguments: 0..<8)
  func unicodeFormsOfPieces(seed: Int) throws {
    // Cutting the text where we do must give the same as normalizing it in one piece.
    var generator = SeededGenerator(seed: UInt64(seed))
    let tokenizer = try HandmadeTokenizer(normalizer: #"{"type":"NFC"}"#).load()
    for _ in 0..<100 {
      let text = generator.text(length: 60)
      let expected = Array(text.precomposedStringWithCanonicalMapping.utf8)
      #expect(try tokenizer.words(of: text).flatMap(\.utf8) == expected)
    }
  }

  @Test(
    "lowercase, strip, replace and prepend",
    arguments: [
      (#"{"type":"Lowercase"}"#, "ÀΣİx", "àσi\u{307}x"),
      (#"{"type":"Strip","strip_left":true,"strip_right":false}"#, "\u{A0} a ", "a "),
      (#"{"type":"Strip","strip_left":false,"strip_right":true}"#, " a\n ", " a"),
      (#"{"type":"Replace","pattern":{"String":"aa"},"content":"b"}"#, "aaaca", "baca"),
      (#"{"type":"Prepend","prepend":"▁"}"#, "a", "▁a"),
      (#"{"type":"Prepend","prepend":"▁"}"#, "", ""),
    ])
  func others(normalizer: String, text: String, expected: String) throws {
    #expect(try normalized(text, normalizer) == Array(expected.utf8))
  }

  /// Canonical order puts U+0323 (class 220) before U+0301 (230), and the first of these onto the letter.
  @Test("sort any number of combining marks", arguments: ["NFC", "NFD", "NFKC", "NFKD"])
  func sortMarks(form: String) throws {
    func normalized(_ count: Int) throws -> [Int32] {
      let marks = String(repeating: "\u{301}\u{323}", count: count)
      var handmade = HandmadeTokenizer(vocabulary: ["e", "\u{301}", "\u{323}", "ẹ", "x"])
      handmade.normalizer = #"{"type":"\#(form)"}"#
      return try handmade.load().encode("xe\(marks)x")
    }
    for count in [3, 100, 50_000] {
      let isComposed = form == "NFC" || form == "NFKC"
      let below = [Int32](repeating: 2, count: isComposed ? count - 1 : count)
      let letter: [Int32] = isComposed ? [3] : [0]
      let above = [Int32](repeating: 1, count: count)
      #expect(try normalized(count) == [4] + letter + below + above + [4])
    }
  }
}
