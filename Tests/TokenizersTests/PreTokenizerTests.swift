import Testing
import Tokenizers

@Suite("Pre-tokenizers")
struct PreTokenizerTests {
  private func metaspace(_ scheme: String, split: Bool = false) -> String {
    "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\(scheme),\"split\":\(split)}"
  }

  private static let replaceSpaces =
    #"{"type":"Replace","pattern":{"String":" "},"content":"▁"}"#

  /// The four ways in which SentencePiece's leading space is written down, with `</s>` an added
  /// token.
  private func sentencePiece(_ variant: String) -> HandmadeTokenizer {
    var handmade = HandmadeTokenizer(
      vocabulary: ["</s>"], addedTokens: [HandmadeTokenizer.added("</s>", id: 0, "special")])
    switch variant {
    case "legacy":
      handmade.normalizer =
        #"{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},"#
        + Self.replaceSpaces + "]}"
    case "Gemma":
      handmade.normalizer = Self.replaceSpaces
      handmade.preTokenizer =
        #"{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious"}"#
    default:
      handmade.preTokenizer = metaspace("\"prepend_scheme\":\"\(variant)\"")
    }
    return handmade
  }

  @Test(
    "put SentencePiece's space where each variant has it",
    arguments: [
      ("legacy", ["▁hi"], ["▁▁hi"], ["▁hi", "▁hi"]), ("first", ["▁hi"], ["▁hi"], ["▁hi", "hi"]),
      ("always", ["▁hi"], ["▁hi"], ["▁hi", "▁hi"]), ("never", ["hi"], ["▁hi"], ["hi", "hi"]),
      ("Gemma", ["hi"], ["▁hi"], ["hi", "hi"]),
    ])
  func metaspaceVariants(variant: String, plain: [String], space: [String], token: [String]) throws
  {
    let tokenizer = try sentencePiece(variant).load()
    #expect(try tokenizer.words(of: "hi") == plain)
    #expect(try tokenizer.words(of: " hi") == space)
    #expect(try tokenizer.words(of: "hi</s>hi") == token)
    #expect(try tokenizer.words(of: "") == [])
    let first = variant == "first" || variant == "never" || variant == "Gemma" ? "hi" : "▁hi"
    #expect(try tokenizer.words(of: "</s>hi") == [first])
  }

  @Test("cut before every ▁ when Metaspace splits")
  func metaspaceSplits() throws {
    let handmade = HandmadeTokenizer(
      preTokenizer: metaspace("\"prepend_scheme\":\"always\"", split: true))
    #expect(try handmade.words(of: "hi  you ") == ["▁hi", "▁", "▁you", "▁"])
    let old = HandmadeTokenizer(preTokenizer: metaspace("\"add_prefix_space\":false", split: true))
    #expect(try old.words(of: "a b") == ["a", "▁b"])
  }

  @Test(
    "treat the matches of a Split as its behavior says",
    arguments: [
      ("Isolated", ["a", "-", "-", "b", "-"]), ("Removed", ["a", "b"]),
      ("MergedWithPrevious", ["a-", "-", "b-"]), ("MergedWithNext", ["a", "-", "-b", "-"]),
      ("Contiguous", ["a", "--", "b", "-"]),
    ])
  func splitBehaviors(behavior: String, words: [String]) throws {
    let handmade = HandmadeTokenizer(
      preTokenizer:
        "{\"type\":\"Split\",\"pattern\":{\"String\":\"-\"},\"behavior\":\"\(behavior)\"}")
    #expect(try handmade.words(of: "a--b-") == words)
  }

  @Test("spell bytes in the printable alphabet, after adding a space if asked to")
  func byteLevelSpelling() throws {
    let with = HandmadeTokenizer(
      preTokenizer: #"{"type":"ByteLevel","add_prefix_space":true,"use_regex":false}"#)
    #expect(try with.words(of: "é\n") == ["ĠÃ©Ċ"])
    #expect(try with.words(of: " a") == ["Ġa"])
    #expect(try byteLevel.words(of: "don't\u{0}") == ["don", "'t", "Ā"])
  }

  @Test("cut digits and punctuation")
  func digitsAndPunctuation() throws {
    let digits = #"{"type":"Digits","individual_digits":true}"#
    #expect(
      try HandmadeTokenizer(preTokenizer: digits).words(of: "a12½b") == ["a", "1", "2", "½", "b"])
    let numbers = #"{"type":"Digits","individual_digits":false}"#
    #expect(try HandmadeTokenizer(preTokenizer: numbers).words(of: "a12b") == ["a", "12", "b"])
    let marks = #"{"type":"Punctuation","behavior":"Contiguous"}"#
    #expect(try HandmadeTokenizer(preTokenizer: marks).words(of: "a+!«b€") == ["a", "+!«", "b€"])
  }

  @Test("run one after the other in a sequence, as StarCoder's do")
  func sequence() throws {
    let handmade = HandmadeTokenizer(
      preTokenizer:
        #"{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},"#
        + #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}]}"#)
    #expect(try handmade.words(of: "x 12 y") == ["x", "Ġ", "1", "2", "Ġy"])
  }
}
