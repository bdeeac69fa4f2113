import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite("The summary of a tokenizer")
struct TokenizerSummaryTests {
  @Test("names the parts in the order in which text goes through them")
  func names() throws {
    let summary = try DamagedTokenizerTests.handmade.load().summary
    #expect(summary.model == "BPE with byte fallback")
    #expect(summary.tokenCount == 4)
    #expect(summary.idLimit == 4)
    #expect(summary.addedTokenCount == 1)
    #expect(summary.specialTokenCount == 1)
    #expect(summary.bos?.id == 3)
    #expect(summary.bos?.text == "<s>")
    #expect(summary.eos == nil)
    #expect(summary.normalizers == ["NFC", "Prepend"])
    #expect(summary.preTokenizers == ["Metaspace"])
    #expect(summary.postProcessors == ["TemplateProcessing"])
    #expect(summary.decoders == ["Strip"])
    #expect(summary.notes == [])
  }

  @Test("tells kinds of models and scanners apart")
  func kinds() throws {
    #expect(try byteLevel.load().summary.model == "byte-level BPE")
    #expect(try byteLevel.load().summary.preTokenizers == ["ByteLevel (GPT-2)"])
    #expect(try HandmadeTokenizer(vocabulary: ["a"]).load().summary.model == "BPE")
    var handmade = HandmadeTokenizer(
      vocabulary: ["a"], preTokenizer: splitting(Pattern.qwen2),
      addedTokens: [HandmadeTokenizer.added("<x>", id: 9)])
    #expect(try handmade.load().summary.preTokenizers == ["Split (Qwen2)"])
    #expect(try handmade.load().summary.tokenCount == 2)
    #expect(try handmade.load().summary.idLimit == 10)
    #expect(try handmade.load().summary.specialTokenCount == 0)
    handmade.preTokenizer = splitting("a+")
    #expect(try handmade.load().summary.preTokenizers == ["Split (regular expression)"])
    handmade.model = #","dropout":0.1"#
    #expect(try handmade.load().notes.contains { $0.hasPrefix("model.dropout") })
  }
}
