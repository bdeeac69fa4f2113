import ByteJSON
import Foundation
import Tensors
import Testing
import Tokenizers

@Suite("Unigram")
struct UnigramTests {
  private func json(_ tokens: [(String, Double)], settings: String = #","unk_id":0"#) -> String {
    let vocabulary = tokens.map { "[\(quoted($0)),\($1)]" }.joined(separator: ",")
    return #"{"model":{"type":"Unigram","vocab":[\#(vocabulary)]\#(settings)}}"#
  }

  private func load(_ json: String) throws -> Tokenizer { try Tokenizer(json: Data(json.utf8)) }

  @Test("finds the tokens with the largest sum of scores", arguments: 0..<20)
  func agreesWithPlainAlgorithm(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    var tokens = [("<unk>", 0.0), ("a", -1.5), ("é", -2.5)]
    for _ in 0..<25 {
      let token = text(Int.random(in: 1...5, using: &generator), &generator)
      guard !tokens.contains(where: { $0.0 == token }) else { continue }
      tokens.append((token, -Double.random(in: 1...12, using: &generator)))
    }
    let tokenizer = try load(json(tokens))
    for length in [1, 2, 3, 5, 9, 40, 100] {
      let text = text(length, &generator)
      #expect(try tokenizer.encode(text) == plain(Array(text), tokens))
    }
  }

  private func text(_ length: Int, _ generator: inout SeededGenerator) -> String {
    String((0..<length).map { _ in "abéc中".randomElement(using: &generator) ?? "a" })
  }

  /// The best ids for every prefix of a text, from those of the shorter ones.
  private func plain(_ text: [Character], _ tokens: [(String, Double)]) -> [Int32] {
    let worst = tokens.map(\.1).min() ?? 0
    var best: [(score: Double, ids: [Int32])?] = [(0, [])]
    for end in 1...text.count {
      var winner: (score: Double, ids: [Int32])?
      for start in 0..<end {
        guard let before = best[start] else { continue }
        let piece = String(text[start..<end])
        let known = tokens.firstIndex { $0.0 == piece }
        guard known != nil || end == start + 1 else { continue }
        let score = before.score + (known.map { tokens[$0].1 } ?? worst - 10)
        if score > winner?.score ?? -.infinity {
          let isFused = known == nil && before.ids.last == 0
          winner = (score, isFused ? before.ids : before.ids + [Int32(known ?? 0)])
        }
      }
      best.append(winner)
    }
    return best[text.count]?.ids ?? []
  }

  @Test("encodes a word of a million characters")
  func longWord() throws {
    let tokenizer = try load(json([("<unk>", 0), ("a", -1), ("aa", -1.5), ("aaaa", -2)]))
    let ids = try tokenizer.encode(String(repeating: "a", count: 1_000_001))
    #expect(ids.count == 250_001)
    #expect(ids.filter { $0 == 3 }.count == 250_000)
    #expect(try tokenizer.encode(String(repeating: "中", count: 300_000)) == [0])
  }

  @Test("says what is wrong with its vocabulary")
  func damaged() throws {
    func error(_ key: String, _ expected: String, _ found: String) -> TokenizerError {
      .unexpectedValue(file: "tokenizer.json", key: key, expected: expected, found: found)
    }
    let good = [("<unk>", 0.0), ("a", -1.0)]
    #expect(throws: error("model.unk_id", "an id of the vocabulary", "2")) {
      try load(json(good, settings: #","unk_id":2"#))
    }
    #expect(throws: error("model.unk_id", "an id of the vocabulary", "-1")) {
      try load(json(good, settings: #","unk_id":-1"#))
    }
    let scored = "a token and its score"
    #expect(throws: error("model.vocab[1]", scored, "an array")) {
      try load(json(good).replacing("-1.0", with: "NaN"))
    }
    #expect(throws: error("model.vocab[1]", scored, "an array")) {
      try load(json(good).replacing("-1.0", with: "-Infinity"))
    }
    #expect(throws: error("model.vocab[0]", scored, "an array")) {
      try load(json(good).replacing("0.0", with: "0.0,1"))
    }
    #expect(throws: TokenizerError.self) { try load(json(good + [("a", -2)])) }
  }

  @Test("refuses unknown text when it has no token for it")
  func withoutUnknown() throws {
    let tokenizer = try load(json([("a", -1)], settings: ""))
    #expect(try tokenizer.encode("aa") == [0, 0])
    #expect(throws: TokenizerError.noToken(text: "xy")) { try tokenizer.encode("axya") }
  }
}
