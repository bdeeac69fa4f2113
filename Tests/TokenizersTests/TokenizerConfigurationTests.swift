import Foundation
import TestSupport
import Testing
import Tokenizers

/// Tokens that `tokenizer_config.json` adds; ids are those that `transformers` 5 gives.
@Suite("Tokens of tokenizer_config.json")
struct TokenizerConfigurationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func load(_ configuration: String) throws -> Tokenizer {
    let handmade = HandmadeTokenizer(
      vocabulary: ["<unk>", "a", "b", "<s>", "x", "<e>", " "], model: #","unk_token":"<unk>""#,
      addedTokens: [HandmadeTokenizer.added("<s>", id: 3, "special")])
    try folder.write("tokenizer.json", handmade.json)
    try folder.write("tokenizer_config.json", configuration)
    return try Tokenizer(directory: folder.url)
  }

  @Test("are added where tokenizer.json lacks them, and their flags count")
  func areAdded() throws {
    let tokenizer = try load(
      #"{"added_tokens_decoder":{"7":{"content":"<m>","special":true},"#
        + #""3":{"content":"<s>","special":true,"lstrip":true},"5":{"content":"<e>"}}}"#)
    #expect(try tokenizer.encode("a <s>b<m>x<e>") == [1, 3, 2, 7, 4, 5])
    #expect(tokenizer.vocabularySize == 8)
    #expect(tokenizer.summary.addedTokenCount == 3)
    #expect(tokenizer.summary.specialTokenCount == 2)
    #expect(tokenizer.notes == [])
  }

  @Test("get the next free id where the file gives another one, which is noted")
  func getFreeIDs() throws {
    for id in [1, 99] {
      let tokenizer = try load(#"{"added_tokens_decoder":{"\#(id)":{"content":"<m>"}}}"#)
      #expect(tokenizer.id(of: "<m>") == 7)
      #expect(tokenizer.notes.count == 1)
    }
  }

  @Test("are those with a name, too")
  func haveNames() throws {
    let tokenizer = try load(
      #"{"bos_token":"<new>","eos_token":{"content":"<e>"},"additional_special_tokens":["<q>"]}"#)
    #expect(try tokenizer.encode("x<new><e><q>") == [4, 7, 5, 8])
    #expect(tokenizer.bosTokenID == 7)
    #expect(tokenizer.eosTokenID == 5)
    #expect(tokenizer.decode([7, 4], skipSpecialTokens: true) == "x")
  }

  @Test("are an error where they are none")
  func areDamaged() {
    for damaged in [
      #"{"added_tokens_decoder":{"x":{"content":"<m>"}}}"#, #"{"added_tokens_decoder":[]}"#,
      #"{"added_tokens_decoder":{"99999999999":{"content":"<m>"}}}"#,
      #"{"added_tokens_decoder":{"7":{"content":7}}}"#, #"{"added_tokens_decoder":{"7":"<m>"}}"#,
    ] {
      #expect(throws: TokenizerError.self) { try load(damaged) }
    }
  }
}
