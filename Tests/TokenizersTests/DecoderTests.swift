import Testing
import Tokenizers

@Suite("Decoders")
struct DecoderTests {
  private static let llama =
    #"{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},"#
    + #"{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}"#

  private func decoded(_ tokens: String..., decoder: String = llama) throws -> String {
    let unique = tokens.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let tokenizer = try HandmadeTokenizer(vocabulary: unique, decoder: decoder).load()
    return tokenizer.decode(tokens.map { Int32(unique.firstIndex(of: $0)!) })
  }

  @Test("undo SentencePiece's spaces and bytes")
  func sentencePiece() throws {
    #expect(try decoded("▁hi", "▁you", "<0x0A>") == "hi you\n")
    #expect(try decoded("▁▁hi") == " hi")
    #expect(try decoded("<0xE4>", "<0xB8>", "<0xAD>", "x") == "中x")
  }

  @Test("replace every byte of a run that is no UTF-8")
  func invalidRuns() throws {
    #expect(try decoded("<0xE4>", "<0xB8>", "x") == "\u{FFFD}\u{FFFD}x")
    #expect(try decoded("<0x41>", "<0xFF>") == "\u{FFFD}\u{FFFD}")
    #expect(try decoded("<0xZZ>", "<0x4>") == "<0xZZ><0x4>")
  }

  @Test("drop the first space with Metaspace, unless it is never added")
  func metaspace() throws {
    let always = #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}"#
    #expect(try decoded("▁hi", "▁you", decoder: always) == "hi you")
    let never = #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}"#
    #expect(try decoded("▁hi", "▁you", decoder: never) == " hi you")
  }

  @Test("strip no more than they are told to")
  func strip() throws {
    let strip = #"{"type":"Strip","content":"_","start":2,"stop":1}"#
    #expect(try decoded("___a__", "_", decoder: strip) == "_a_")
  }

  @Test("let added tokens stand for themselves between bytes")
  func byteLevelAddedTokens() throws {
    #expect(try decoded("Ġa", "<|日本|>", "Ċ", decoder: #"{"type":"ByteLevel"}"#) == " a<|日本|>\n")
  }
}
