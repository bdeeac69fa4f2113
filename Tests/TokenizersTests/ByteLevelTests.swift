import Foundation
import Tensors
import Testing
import Tokenizers

@Suite("Byte-level tokenizers")
struct ByteLevelTests {
  @Test("give back any text", arguments: 0..<8)
  func roundTrip(seed: Int) throws {
    let tokenizer = try byteLevel.load()
    var generator = SeededGenerator(seed: UInt64(seed))
    for length in 0..<100 {
      let text = generator.text(length: length)
      let ids = try tokenizer.encode(text)
      #expect(Array(tokenizer.decode(ids).utf8) == Array(text.utf8))
    }
  }

  @Test("give the same ids whatever was encoded before, and on every thread")
  func deterministic() throws {
    let tokenizer = try byteLevel.load()
    var generator = SeededGenerator(seed: 1)
    let texts = (0..<200).map { _ in generator.text(length: 100) }
    let expected = try texts.map { try byteLevel.load().encode($0) }
    DispatchQueue.concurrentPerform(iterations: texts.count) { i in
      #expect((try? tokenizer.encode(texts[i])) == expected[i])
    }
  }

  @Test("give the ids of the words, one word after the other")
  func chunks() throws {
    let tokenizer = try byteLevel.load()
    #expect(try tokenizer.encode("the the") == tokenizer.encode("the") + tokenizer.encode(" the"))
    #expect(tokenizer.token(try tokenizer.encode(" the")[0]) == "Ġthe")
  }

  @Test("replace bytes that are no UTF-8 on the way in, and on the way out")
  func invalidUTF8() throws {
    let tokenizer = try byteLevel.load()
    #expect(try tokenizer.encode(utf8: [0x61, 0xFF]) == tokenizer.encode("a\u{FFFD}"))
    #expect(tokenizer.decode([0x61, 0xC3, 0x62]) == "a\u{FFFD}b")
  }
}
