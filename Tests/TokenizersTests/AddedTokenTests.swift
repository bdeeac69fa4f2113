import Testing
import Tokenizers

@Suite("Added tokens")
struct AddedTokenTests {
  private func tokenizer(_ tokens: (content: String, flags: [String])...) throws -> Tokenizer {
    var handmade = HandmadeTokenizer(vocabulary: ["a", "b", "c", " ", "<", ">", "z"])
    for (index, token) in tokens.enumerated() {
      let flags = token.flags.map { ",\"\($0)\":true" }.joined()
      handmade.addedTokens.append(
        "{\"id\":\(100 + index),\"content\":\(quoted(token.content)),\"normalized\":false\(flags)}")
    }
    return try handmade.load()
  }

  @Test("are found leftmost first, the longest of those that begin together")
  func longest() throws {
    let tokenizer = try tokenizer(("<a>", []), ("<a>b", []), ("b<", []))
    #expect(try tokenizer.encode("<a>bc") == [101, 2])
    #expect(try tokenizer.encode("c<a><a>") == [2, 100, 100])
    #expect(try tokenizer.encode("b<a>") == [102, 0, 5])
    #expect(try tokenizer.encode("<a") == [4, 0])
  }

  @Test("take whitespace along on the sides they strip")
  func strip() throws {
    let left = try tokenizer(("<z>", ["lstrip"]))
    #expect(try left.encode("a \u{3000}<z> b") == [0, 100, 3, 1])
    let right = try tokenizer(("<z>", ["rstrip"]))
    #expect(try right.encode("a <z> \t\nb") == [0, 3, 100, 1])
    let both = try tokenizer(("<z>", ["lstrip", "rstrip"]))
    #expect(try both.encode(" <z> <z> ") == [100, 100])
  }

  @Test("that are single words need no word beside them")
  func singleWord() throws {
    let tokenizer = try tokenizer(("<z>", ["single_word"]))
    #expect(try tokenizer.encode("a<z> b") == [0, 4, 6, 5, 3, 1])
    #expect(try tokenizer.encode("a <z> b") == [0, 3, 100, 3, 1])
    #expect(try tokenizer.encode("<z>") == [100])
  }

  @Test("that are special stay text when special tokens are not parsed")
  func special() throws {
    let tokenizer = try tokenizer(("<z>", ["special"]), ("<a>", []))
    #expect(try tokenizer.encode("<z><a>") == [100, 101])
    #expect(try tokenizer.encode("<z><a>", parseSpecialTokens: false) == [4, 6, 5, 101])
    #expect(tokenizer.decode([0, 100, 101, 1]) == "a <z> <a> b")
    #expect(tokenizer.decode([0, 100, 101, 1], skipSpecialTokens: true) == "a <a> b")
    #expect(tokenizer.vocabularySize == 102)
    #expect(tokenizer.token(50) == nil)
    #expect(tokenizer.decode([50, -1, 9999, 0]) == "a")
  }

  @Test("that are normalized are found as the normalizer writes them")
  func normalized() throws {
    var handmade = HandmadeTokenizer(
      vocabulary: ["a", "b"], normalizer: #"{"type":"Lowercase"}"#,
      addedTokens: [HandmadeTokenizer.added("[X]", id: 2, "normalized")])
    #expect(try handmade.load().encode("A[x]B") == [0, 2, 1])
    handmade.addedTokens = [HandmadeTokenizer.added("[X]", id: 2, "special")]
    #expect(try handmade.load().encode("A[x]B[X]") == [0, 1, 2])
  }

  @Test("without content are ignored")
  func empty() throws {
    #expect(try tokenizer(("", [])).encode("ab") == [0, 1])
  }
}
