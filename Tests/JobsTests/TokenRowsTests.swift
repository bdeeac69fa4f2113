import Foundation
import Jobs
import Tensors
import TestSupport
import Testing
import Tokenizers

@Suite("Token rows")
struct TokenRowsTests {
  /// Documents of up to 40 characters. Each has one character, another than its neighbors.
  private func documents(_ count: Int, seed: Int) -> [String] {
    var random = SeededGenerator(seed: UInt64(seed))
    return (0..<count).map { index in
      let character = Character(Unicode.Scalar(UInt8(97 + index % 26)))
      return String(repeating: character, count: random.next(below: 41))
    }
  }

  @Test("begin with BOS and have the length", arguments: [2, 3, 16, 33, 100], 0..<10)
  func beginWithBOS(length: Int, seed: Int) throws {
    let rows = try TokenRows(
      documents: documents(60, seed: seed), tokenizer: TinySession.tokenizer(), length: length)
    #expect(!rows.rows.isEmpty)
    #expect(rows.rows.allSatisfy { $0.count == length && $0[0] == 0 })
  }

  @Test("hold the text in order, without its last part", arguments: [2, 3, 16, 33, 100], 0..<10)
  func holdTheText(length: Int, seed: Int) throws {
    let documents = documents(60, seed: seed)
    for startsTexts in [true, false] {
      let tokenizer = try TinySession.tokenizer(startsTexts: startsTexts)
      let rows = try TokenRows(documents: documents, tokenizer: tokenizer, length: length)
      let text = try documents.flatMap {
        try tokenizer.encode($0, addSpecialTokens: false, parseSpecialTokens: false)
      }
      let kept = rows.rows.joined().filter { $0 != 0 }
      #expect(rows.tokens == text.count)
      #expect(kept == Array(text.prefix(kept.count)))
      #expect(text.count - kept.count < length - (startsTexts ? 1 : 0))
    }
  }

  @Test("separate documents by one BOS, and nothing else", arguments: [2, 16, 33, 100], 0..<10)
  func separateDocuments(length: Int, seed: Int) throws {
    let rows = try TokenRows(
      documents: documents(60, seed: seed), tokenizer: TinySession.tokenizer(), length: length)
    for row in rows.rows {
      for (left, right) in zip(row, row.dropFirst()) where left != right {
        #expect(left == 0 || right == 0)
      }
      #expect(!zip(row, row.dropFirst()).contains { $0 == 0 && $1 == 0 })
    }
  }

  @Test("tell the document in which they begin", arguments: [2, 3, 16, 33, 100], 0..<10)
  func tellTheirDocument(length: Int, seed: Int) throws {
    let documents = documents(60, seed: seed)
    // The document of every character of the text.
    let places = documents.enumerated().flatMap { Array(repeating: $0, count: $1.utf8.count) }
    for startsTexts in [true, false] {
      let rows = try TokenRows(
        documents: documents, tokenizer: TinySession.tokenizer(startsTexts: startsTexts),
        length: length)
      var place = 0
      #expect(rows.rowDocuments.count == rows.rows.count)
      for (row, document) in zip(rows.rows, rows.rowDocuments) {
        #expect(document == places[place])
        place += row.count { $0 != 0 }
      }
    }
  }

  @Test func areNotCutByDocumentsWithoutText() throws {
    let tokenizer = try TinySession.tokenizer()
    for documents in [["abc"], ["abc", ""], ["", "abc", "", ""], ["", "", "abc"]] {
      let rows = try TokenRows(documents: documents, tokenizer: tokenizer, length: 4)
      #expect(try rows.rows == [tokenizer.encode("abc")])
    }
    let apart = try TokenRows(documents: ["a", "", "", "b"], tokenizer: tokenizer, length: 4)
    #expect(try apart.rows == [tokenizer.encode("a") + tokenizer.encode("b")])
    #expect(try TokenRows(documents: [], tokenizer: tokenizer, length: 4).rows.isEmpty)
  }

  @Test func takeSpecialTokensInTextForText() throws {
    let tokenizer = try TinySession.tokenizer()
    let rows = try TokenRows(documents: ["a<s>b"], tokenizer: tokenizer, length: 6)
    let row = try #require(rows.rows.first)
    #expect(rows.rows.count == 1 && rows.tokens == 5)
    #expect(row.count { $0 == 0 } == 1)
    #expect(tokenizer.decode(Array(row.dropFirst())) == "a<s>b")
  }
}
