import Tensors
import Testing
import Tokenizers

@Suite("Byte-pair encoding")
struct BPETests {
  private let abc = HandmadeTokenizer(
    vocabulary: ["a", "b", "c", "ab", "bc", "abc", "aa"],
    merges: [("b", "c"), ("a", "b"), ("a", "a")])

  @Test("merges the lowest rank first and the leftmost among equals")
  func mergesInOrder() throws {
    #expect(try abc.tokens(of: "abc") == ["a", "bc"])
    #expect(try abc.tokens(of: "aaaaa") == ["aa", "aa", "a"])
    #expect(try abc.tokens(of: "abab") == ["ab", "ab"])
  }

  @Test("takes a whole word that is a token when merges are to be ignored")
  func ignoresMerges() throws {
    var handmade = abc
    handmade.model = #","ignore_merges":true"#
    #expect(try handmade.tokens(of: "abc") == ["abc"])
    #expect(try handmade.tokens(of: "abca") == ["a", "bc", "a"])
  }

  @Test("reads merges written as strings, after a line with the version")
  func stringMerges() throws {
    let json = abc.json.replacing(
      #"[["b","c"],["a","b"],["a","a"]]"#, with: ##"["#version: 0.2","b c","a b","a a"]"##)
    #expect(json != abc.json)
    let tokenizer = try Tokenizer(json: Array(json.utf8))
    #expect(try tokenizer.encode("abcaa") == [0, 4, 6])
  }

  @Test("agrees with the plain algorithm on words of any length", arguments: 0..<40)
  func agreesWithPlainAlgorithm(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    var handmade = HandmadeTokenizer(vocabulary: ["a", "b", "c", "é", "d"])
    // Merges of earlier tokens, but only some: where none joins two letters, words are cut.
    for _ in 0..<30 {
      let left = handmade.vocabulary.randomElement(using: &generator)!
      let right = handmade.vocabulary.randomElement(using: &generator)!
      guard left + right != "da", !handmade.merges.contains(where: { $0 == (left, right) }) else {
        continue
      }
      handmade.merges.append((left, right))
      if !handmade.vocabulary.contains(left + right) { handmade.vocabulary.append(left + right) }
    }
    let tokenizer = try handmade.load()
    for length in [1, 2, 5, 31, 33, 64, 65, 100, 400] {
      let word = (0..<length).map { _ in String("abcéd".randomElement(using: &generator)!) }
      let tokens = try tokenizer.encode(word.joined()).map { tokenizer.token($0)! }
      #expect(tokens == plainlyMerged(word, handmade.merges))
    }
  }

  private func plainlyMerged(_ word: [String], _ merges: [(String, String)]) -> [String] {
    var word = word
    while true {
      var best: (rank: Int, place: Int)?
      for i in word.indices.dropLast() {
        guard let rank = merges.firstIndex(where: { $0 == (word[i], word[i + 1]) }) else {
          continue
        }
        if rank < best?.rank ?? .max { best = (rank, i) }
      }
      guard let best else { return word }
      word[best.place] += word.remove(at: best.place + 1)
    }
  }

  @Test("spells unknown characters as bytes when every byte has a token")
  func byteFallback() throws {
    var handmade = HandmadeTokenizer(
      vocabulary: ["<unk>", "a", "<0xC3>", "<0xA9>"],
      model: #","unk_token":"<unk>","byte_fallback":true"#)
    #expect(try handmade.tokens(of: "aéa") == ["a", "<0xC3>", "<0xA9>", "a"])
    // The unknown token waits for a character that is known, bytes don't count.
    #expect(try handmade.tokens(of: "öéa") == ["<0xC3>", "<0xA9>", "<unk>", "a"])
    handmade.model = #","unk_token":null,"byte_fallback":true"#
    #expect(try handmade.tokens(of: "aöa") == ["a", "a"])
  }

  @Test("makes one token of adjacent unknown characters only when told to fuse them")
  func unknownCharacters() throws {
    var handmade = HandmadeTokenizer(
      vocabulary: ["<unk>", "a"], model: #","unk_token":"<unk>","fuse_unk":false"#)
    #expect(try handmade.tokens(of: "xya") == ["<unk>", "<unk>", "a"])
    handmade.model = #","unk_token":"<unk>","fuse_unk":true"#
    #expect(try handmade.tokens(of: "xyaz") == ["<unk>", "a", "<unk>"])
    let long = String(repeating: "xyz", count: 100)
    #expect(try handmade.tokens(of: "a\(long)a") == ["a", "<unk>", "a"])
  }

  @Test("keeps canonically equivalent tokens apart")
  func equivalentTokens() throws {
    let handmade = HandmadeTokenizer(
      vocabulary: ["e", "\u{301}", "\u{E9}", "e\u{301}"], merges: [("e", "\u{301}")])
    let tokenizer = try handmade.load()
    #expect(try tokenizer.encode("\u{E9}") == [2])
    #expect(try tokenizer.encode("e\u{301}") == [3])
  }

  @Test("encodes a word of a million characters")
  func longWord() throws {
    let tokenizer = try abc.load()
    let word = String(repeating: "a", count: 1_000_001)
    let ids = try tokenizer.encode(word)
    #expect(ids == Array(repeating: 6, count: 500_000) + [0])
    #expect(tokenizer.decode([6, 0]) == "aa a")
  }
}
