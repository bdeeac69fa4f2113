import Foundation
import Testing
import Tokenizers

@Suite("Post-processors")
struct PostProcessorTests {
  private static let template =
    #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},"#
    + #"{"Sequence":{"id":"A","type_id":0}}],"pair":[],"#
    + #""special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}"#

  private var handmade = HandmadeTokenizer(vocabulary: ["a", "<s>", "</s>"])

  @Test("put the special tokens of the template around the text")
  func template() throws {
    var handmade = handmade
    handmade.postProcessor =
      #"{"type":"Sequence","processors":[{"type":"ByteLevel"},\#(Self.template)]}"#
    let tokenizer = try handmade.load()
    #expect(try tokenizer.encode("a") == [1, 0])
    #expect(try tokenizer.encode("") == [1])
    #expect(try tokenizer.encode("a", addSpecialTokens: false) == [0])
    #expect(tokenizer.bosTokenID == 1)
    #expect(tokenizer.eosTokenID == nil)
  }

  /// Some in a row would make a text of a few letters fill the memory.
  @Test("have one place for the text")
  func onePlaceForTheText() {
    var handmade = handmade
    handmade.postProcessor =
      #"{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},"#
      + #"{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{}}"#
    #expect {
      try handmade.load()
    } throws: {
      $0.localizedDescription.contains("a template that has its text 2 times")
    }
  }

  @Test("frame a text as RoBERTa does")
  func classification() throws {
    var handmade = handmade
    handmade.postProcessor = #"{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",1]}"#
    let tokenizer = try handmade.load()
    #expect(try tokenizer.encode("a") == [1, 0, 2])
    #expect(tokenizer.eosTokenID == 2)
  }

  @Test("leave the names of BOS and EOS to tokenizer_config.json when they add none")
  func configuration() throws {
    let folder = URL.temporaryDirectory.appending(path: "bpw-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: TokenizerError.noTokenizer(directory: folder.path)) {
      try Tokenizer(directory: folder)
    }

    try Data(handmade.json.utf8).write(to: folder.appending(path: "tokenizer.json"))
    #expect(try Tokenizer(directory: folder).bosTokenID == nil)

    let names = folder.appending(path: "tokenizer_config.json")
    try Data(#"{"bos_token":{"content":"<s>"},"eos_token":"</s>"}"#.utf8).write(to: names)
    let tokenizer = try Tokenizer(directory: folder)
    #expect(tokenizer.bosTokenID == 1)
    #expect(tokenizer.eosTokenID == 2)

    try Data(#"{"bos_token":null,"model_max_length":Infinity}"#.utf8).write(to: names)
    #expect(try Tokenizer(directory: folder).bosTokenID == nil)
    try Data(#"{"bos_token":7}"#.utf8).write(to: names)
    #expect(
      throws: TokenizerError.unexpectedValue(
        file: names.path, key: "bos_token", expected: "a token", found: "7")
    ) {
      try Tokenizer(directory: folder)
    }
  }
}
