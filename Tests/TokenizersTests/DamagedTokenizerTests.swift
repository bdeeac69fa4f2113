import ByteJSON
import Foundation
import Tensors
import Testing
import Tokenizers

@Suite("A damaged tokenizer.json")
struct DamagedTokenizerTests {
  static let handmade = HandmadeTokenizer(
    vocabulary: ["a", "b", "ab", "<s>"], merges: [("a", "b")],
    model: #","unk_token":"<s>","fuse_unk":true,"byte_fallback":true,"dropout":null"#,
    normalizer:
      #"{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Prepend","prepend":"▁"}]}"#,
    preTokenizer: #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}"#,
    postProcessor:
      #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{}}],"#
      + #""special_tokens":{"<s>":{"ids":[3]}}}"#,
    decoder: #"{"type":"Sequence","decoders":[{"type":"Strip","content":" ","start":1,"stop":0}]}"#,
    addedTokens: [HandmadeTokenizer.added("<s>", id: 3, "special", "lstrip")])

  @Test("is an error when cut at any byte")
  func cut() {
    let bytes = Array(Self.handmade.json.utf8)
    for length in bytes.indices {
      #expect(throws: TokenizerError.self) { try Tokenizer(json: bytes[..<length]) }
    }
  }

  @Test("gives an error or a tokenizer, and never a crash, when bytes change", arguments: 0..<8)
  func mutated(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let syntax = Array(#"{}[]",:01239-truefalsn▁"#.utf8)
    for _ in 0..<3000 {
      var bytes = Array(Self.handmade.json.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[bytes.indices.randomElement(using: &generator)!] =
          syntax.randomElement(using: &generator)!
      }
      guard let tokenizer = try? Tokenizer(json: bytes) else { continue }
      #expect(throws: Never.self) { tokenizer.decode(try tokenizer.encode("ab <s> cé")) }
    }
  }

  @Test("of any kind gives an error or a tokenizer when bytes change", arguments: 0..<8)
  func mutatedVectors(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let syntax = Array(#"{}[]",:01239-+?*()|\^$truefalsn▁"#.utf8)
    let documents = VectorTests.cases.compactMap { $0["tokenizer"]?.json.utf8 }.map(Array.init)
    var loaded = 0
    for _ in 0..<1000 {
      var bytes = try #require(documents.randomElement(using: &generator))
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] =
          syntax[Int.random(in: syntax.indices, using: &generator)]
      }
      guard let tokenizer = try? Tokenizer(json: bytes) else { continue }
      loaded += 1
      // Without an unknown token, or with an expression that gives up, encoding is an error.
      let ids = (try? tokenizer.encode(generator.text(length: 20))) ?? [0, 1, 2]
      #expect(tokenizer.decode(ids).utf8.count < 1_000_000)
      #expect(tokenizer.summary.idLimit >= tokenizer.summary.tokenCount)
    }
    #expect(loaded > 100)
  }

  @Test(
    "says what is wrong and where",
    arguments: [
      (
        #""type":"BPE""#, #""type":"WordPiece""#,
        TokenizerError.unsupported(
          file: "tokenizer.json", what: "tokenizer model 'WordPiece'")
      ),
      (
        #""type":"NFC""#, #""type":"NFX""#,
        .unsupported(
          file: "tokenizer.json", what: "normalizer 'NFX' at 'normalizer.normalizers[0]'")
      ),
      (
        #""type":"Strip""#, #""type":"CTC""#,
        .unsupported(
          file: "tokenizer.json", what: "decoder 'CTC' at 'decoder.decoders[0]'")
      ),
      (
        #""type":"Metaspace""#, #""type":"UnicodeScripts""#,
        .unsupported(
          file: "tokenizer.json", what: "pre-tokenizer 'UnicodeScripts' at 'pre_tokenizer'")
      ),
      (
        #""dropout":null"#, #""continuing_subword_prefix":7"#,
        .unexpectedValue(
          file: "tokenizer.json", key: "model.continuing_subword_prefix", expected: "a string",
          found: "7")
      ),
      (
        #"["a","b"]"#, #"["b","b"]"#,
        .unknownMergeToken(
          file: "tokenizer.json", merge: 0, token: "bb")
      ),
      (
        #"["a","b"]"#, #""a b c""#,
        .unexpectedValue(
          file: "tokenizer.json", key: "model.merges[0]",
          expected: #"two tokens, as "a b" or ["a", "b"]"#, found: "'a b c'")
      ),
      (
        #""b":1"#, #""b":0"#,
        .duplicateID(
          file: "tokenizer.json", id: 0, first: "a", second: "b")
      ),
      (
        #""b":1"#, #""b":-1"#,
        .unexpectedValue(
          file: "tokenizer.json", key: "model.vocab.b", expected: "an id from 0 to 16777215",
          found: "-1")
      ),
      (
        #""b":1"#, #""b":"1""#,
        .unexpectedValue(
          file: "tokenizer.json", key: "model.vocab.b", expected: "an id from 0 to 16777215",
          found: "'1'")
      ),
      (
        #""id":3"#, #""id":4"#,
        .contradictoryID(
          file: "tokenizer.json", token: "<s>", id: 4, other: 3)
      ),
      (
        #""id":3,"content":"<s>""#, #""id":2,"content":"x""#,
        .duplicateID(
          file: "tokenizer.json", id: 2, first: "ab", second: "x")
      ),
      (
        #""unk_token":"<s>""#, #""unk_token":"?""#,
        .unexpectedValue(
          file: "tokenizer.json", key: "model.unk_token", expected: "a token of the vocabulary",
          found: "'?'")
      ),
      (
        #""ids":[3]"#, #""ids":[-3]"#,
        .unexpectedValue(
          file: "tokenizer.json", key: "post_processor.special_tokens.<s>.ids",
          expected: "a list of token ids", found: "an array")
      ),
      (
        #""split":true"#, #""split":1"#,
        .unexpectedValue(
          file: "tokenizer.json", key: "pre_tokenizer.split", expected: "true or false", found: "1")
      ),
      (
        #""a":0,"b""#, #""a":0,"a""#,
        .malformed(
          file: "tokenizer.json", JSONError(problem: .duplicateKey("a"), offset: 549, line: 4))
      ),
    ])
  func saysWhatIsWrong(sound: String, damaged: String, error: TokenizerError) throws {
    let json = Self.handmade.json.replacing(sound, with: damaged, maxReplacements: 1)
    #expect(json != Self.handmade.json)
    #expect(throws: error) { try Tokenizer(json: Data(json.utf8)) }
  }

  @Test("whose parts each double the text is refused before memory is used up")
  func textThatGrows() throws {
    func sequence(_ name: String, of part: String, _ count: Int, deep: Bool = false) -> String {
      let parts = Array(repeating: part, count: count).joined(separator: ",")
      let flat = #"{"type":"Sequence","\#(name)":[\#(parts)]}"#
      return deep ? sequence(name, of: flat, count) : flat
    }
    let byteLevel = #"{"type":"ByteLevel"}"#
    let double = #"{"type":"Replace","pattern":{"String":"é"},"content":"éé"}"#
    for isDeep in [false, true] {
      let count = isDeep ? 8 : 60
      var handmade = HandmadeTokenizer(vocabulary: ["a"])
      handmade.preTokenizer = sequence("pretokenizers", of: byteLevel, count, deep: isDeep)
      #expect(throws: TokenizerError.self) { try handmade.load().encode("é") }
      handmade.preTokenizer = "null"
      handmade.normalizer = sequence("normalizers", of: double, count, deep: isDeep)
      #expect(throws: TokenizerError.self) { try handmade.load().encode("é") }
      // Decoding always gives something.
      var decoder = HandmadeTokenizer(vocabulary: ["é"])
      decoder.decoder = sequence("decoders", of: double, count, deep: isDeep)
      let text = try decoder.load().decode([0])
      #expect(text.utf8.count > 1000 && text.utf8.count < 1_000_000)
    }
    let long = String(repeating: "y", count: 65)
    var handmade = HandmadeTokenizer(vocabulary: ["a"])
    handmade.normalizer = #"{"type":"Replace","pattern":{"String":"a"},"content":"\#(long)"}"#
    #expect(throws: TokenizerError.self) { try handmade.load() }
  }

  @Test("is sound before it is damaged")
  func sound() throws {
    let tokenizer = try Self.handmade.load()
    #expect(try tokenizer.encode("ab") == [3, 3, 2])
  }

  @Test("that is not there is an error")
  func missing() {
    #expect(throws: TokenizerError.self) { try Tokenizer(URL(filePath: "/nonexistent.json")) }
  }
}
