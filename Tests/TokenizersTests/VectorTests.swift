import ByteJSON
import Foundation
import TestSupport
import Testing
import Tokenizers

/// What Hugging Face's library gives for small tokenizers that use every part and flag; see
/// `Vectors/README.md`.
@Suite("Vectors of the library")
struct VectorTests {
  static let cases: [JSONValue] = {
    let file = PackageFolder.path("Tests/TokenizersTests/Vectors/vectors.json")
    let json = (try? Data(contentsOf: file)).flatMap { try? JSONValue.parse($0) }
    return json?.array ?? []
  }()

  @Test("are all there")
  func areComplete() {
    #expect(Self.cases.count == 149)
  }

  @Test("of regular expressions show which of them a scanner stands for")
  func scanners() throws {
    let others = [
      "words", "hexadecimal", "lines", "empty matches", "possessive", "negated", "Han", "BLOOM",
    ]
    var names: Set<String> = []
    for test in Self.cases {
      guard let name = test["name"]?.text, name.hasPrefix("Split ") else { continue }
      let tokenizer = try Tokenizer(json: Data(#require(test["tokenizer"]).json.utf8))
      let isOther = others.contains(String(name.dropFirst("Split ".count)))
      #expect(tokenizer.notes.count == (isOther ? 1 : 0), Comment(rawValue: name))
      names.insert(name)
    }
    #expect(names.count == 24)
  }

  @Test("are what we get", arguments: cases.indices)
  func agree(index: Int) throws {
    let test = Self.cases[index]
    let name = try #require(test["name"]?.text)
    let tokenizer = try Tokenizer(json: Data(#require(test["tokenizer"]).json.utf8))
    let vectors = try #require(test["vectors"]?.array)
    #expect(!vectors.isEmpty)
    for vector in vectors {
      let text = try #require(vector["text"]?.text)
      let comment = Comment(rawValue: "\(name): \(text.debugDescription)")
      if let words = vector["words"]?.array {
        let found = try tokenizer.words(of: text).map { Array($0.utf8) }
        #expect(found == words.map { $0.string?.bytes ?? [] }, comment)
      }
      guard let expected = vector["ids"]?.array else { continue }
      let ids = try tokenizer.encode(text)
      #expect(ids == expected.map { Int32($0.int ?? -1) }, comment)
      if let decoded = vector["decoded"]?.string {
        #expect(Array(tokenizer.decode(ids).utf8) == decoded.bytes, comment)
      }
    }
  }
}
