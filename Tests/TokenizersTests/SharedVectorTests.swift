import ByteJSON
import Foundation
import TestSupport
import Testing
import Tokenizers

/// Ids that Hugging Face's tokenizers and llama.cpp gave for the published vocabularies.
@Suite(
  "Published tokenizers", .enabled(if: SharedFolder.exists, Comment(rawValue: SharedFolder.absence))
)
struct SharedVectorTests {
  @Test(
    "give the ids and the text of the library they come from",
    arguments: [
      ("gpt2", "tokenizer.json", "tests.json"),
      ("gpt2", "tokenizer.string-merges.json", "tests.json"),
      ("llama2", "tokenizer.json", "tests.json"),
      ("llama2", "tokenizer.string-merges.json", "tests.json"),
      ("llama2", "tokenizer.metaspace.json", "tests.metaspace.json"),
      ("llama3", "tokenizer.json", "tests.json"),
      ("qwen2", "tokenizer.json", "tests.json"),
      ("phi3", "tokenizer.json", "tests.json"),
    ])
  func agree(folder: String, file: String, vectors: String) throws {
    let tokenizer = try Tokenizer(SharedFolder.path("tokenizers/\(folder)/\(file)"))
    let json = try Data(contentsOf: SharedFolder.path("tokenizers/\(folder)/\(vectors)"))
    let cases = try #require(try JSONValue.parse(json).array)
    #expect(cases.count == 94)
    for vector in cases {
      let text = try #require(vector["text"]?.string).bytes
      let ids = try #require(vector["ids"]?.array).map { Int32($0.int ?? -1) }
      let addsSpecial = vector["add_special_tokens"]?.bool ?? true
      let encoded = try tokenizer.encode(utf8: text, addSpecialTokens: addsSpecial)
      #expect(encoded == ids, "\(String(decoding: text, as: UTF8.self).debugDescription)")
      if let decoded = vector["decoded"]?.string {
        // The files' texts were decoded as HF's `decode` does by default, without special tokens.
        let found = tokenizer.decode(ids, skipSpecialTokens: true)
        #expect(Array(found.utf8) == decoded.bytes)
      }
    }
  }

  @Test("of our test models load from their folders", arguments: ["demo", "stories260K"])
  func modelsLoad(model: String) throws {
    let tokenizer = try Tokenizer(directory: SharedFolder.path("models/\(model)"))
    #expect(tokenizer.token(tokenizer.bosTokenID ?? -1) == "<s>")
    #expect(tokenizer.token(tokenizer.eosTokenID ?? -1) == "</s>")
    #expect(tokenizer.vocabularySize == (model == "demo" ? 2048 : 512))

    let text = "Once upon a time, there was a “cat” — naïve & 10 years old.\n\n\tThe end! 🐈"
    let ids = try tokenizer.encode(text)
    #expect(ids.first == tokenizer.bosTokenID)
    #expect(tokenizer.decode(ids, skipSpecialTokens: true) == text)
  }

  @Test("give back a long text", arguments: ["gpt2", "llama2", "llama3", "qwen2", "phi3"])
  func longText(folder: String) throws {
    let tokenizer = try Tokenizer(SharedFolder.path("tokenizers/\(folder)/tokenizer.json"))
    let text = try Array(Data(contentsOf: SharedFolder.path("text/wikitext2_valid.detok.txt")))
    let ids = try tokenizer.encode(utf8: text, parseSpecialTokens: false)
    #expect(Array(tokenizer.decode(ids, skipSpecialTokens: true).utf8) == text)
  }
}
