import ByteJSON

/// Tokens with scores: a word becomes the tokens whose scores have the largest sum.
///
/// (Kudo, "Subword Regularization", 2018; the search is Viterbi's.)
struct Unigram: TokenModel {
  static let names = ["Unigram"]

  let vocabulary: Vocabulary
  private let scores: [Double]  // (tokens)
  private let trie: ByteTrie
  private let unknown: Int32?
  private let unknownScore: Double
  private let fallback: ByteFallback
  private let pool = ScratchPool<UnigramScratch>()

  /// How much worse than the worst token an unknown character is.
  private static let unknownPenalty = 10.0

  /// Words up to this many bytes are remembered; longer ones rarely come back.
  private static let rememberedBytes = 64

  init(_ component: Component) throws {
    let entries = try component.scoredVocabulary("vocab")
    vocabulary = entries.vocabulary
    scores = entries.scores
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    trie = entries.trie
    let limit = scores.count
    unknown = try component.optional("unk_id", "an id of the vocabulary", default: nil) { value in
      value.int.flatMap { $0 >= 0 && $0 < limit ? Int32($0) : nil }.map(Optional.some)
    }
    fallback = try ByteFallback(component, vocabulary: vocabulary)
  }

  var label: String { fallback.isEmpty ? "Unigram" : "Unigram with byte fallback" }

  func encode(_ pieces: Pieces, into ids: inout [Int32]) throws {
    try pool.withScratch { scratch in
      try pieces.forEachPiece { word, _ in
        let isRemembered = word.count <= Self.rememberedBytes
        if isRemembered, scratch.cache.append(word, to: &ids) { return }
        let start = ids.count
        try encode(word, into: &ids, &scratch)
        if isRemembered { scratch.cache.insert(word, Array(ids[start...])) }
      }
    }
  }

  private func encode(
    _ word: UTF8Text, into ids: inout [Int32], _ scratch: inout UnigramScratch
  ) throws {
    findBestPath(through: word, &scratch)
    // The path is known from its end only.
    var end = word.count
    scratch.path.removeAll(keepingCapacity: true)
    while end > 0 {
      scratch.path.append(Int32(end))
      end = Int(scratch.nodes[end].start)
    }
    var start = 0
    var startOfUnknown: Int?
    for next in scratch.path.reversed() {
      let token = scratch.nodes[Int(next)].token
      // What is unknown is one token for as long as it lasts, and so is the unknown token itself
      // where the text spells it.
      if token == unknown || token == UnigramScratch.unknown {
        if startOfUnknown == nil { startOfUnknown = start }
      } else {
        if let first = startOfUnknown {
          try append(unknown: word.slice(first..<start), to: &ids)
          startOfUnknown = nil
        }
        ids.append(token)
      }
      start = Int(next)
    }
    if let first = startOfUnknown { try append(unknown: word.slice(first..<start), to: &ids) }
  }

  /// Finds, for the end of every character, the best token that ends there.
  private func findBestPath(through word: UTF8Text, _ scratch: inout UnigramScratch) {
    scratch.prepare(for: word.count)
    scratch.nodes.withUnsafeMutableBufferPointer { nodes in
      scores.withUnsafeBufferPointer { scores in
        func offer(_ score: Double, _ token: Int32, from start: Int, to end: Int) {
          guard nodes[end].start < 0 || score > nodes[end].score else { return }
          nodes[end] = .init(score: score, start: Int32(start), token: token)
        }
        var start = 0
        while start < word.count {
          let next = start + word.scalarLength(at: start)
          let score = start == 0 ? 0 : nodes[start].score
          var isKnown = false
          trie.forEachPrefix(of: word, from: start) { end, token in
            if end == next { isKnown = true }
            offer(score + scores[Int(token)], token, from: start, to: end)
          }
          if !isKnown { offer(score + unknownScore, UnigramScratch.unknown, from: start, to: next) }
          start = next
        }
      }
    }
  }

  private func append(unknown text: UTF8Text, to ids: inout [Int32]) throws {
    if let id = vocabulary.id(text) {
      ids.append(id)
    } else if !fallback.appendBytes(of: text, to: &ids) {
      guard let unknown else {
        throw TokenizerError.noToken(text: String(decoding: text, as: UTF8.self))
      }
      ids.append(unknown)
    }
  }
}

/// What one thread needs to find the tokens of a word.
struct UnigramScratch: Scratch {
  /// The best token that ends at a byte, and what led there.
  struct Node {
    var score: Double
    /// Where the token starts; negative when none ends here.
    var start: Int32
    var token: Int32
  }

  var nodes: [Node] = []  // (bytes + 1)
  var path: [Int32] = []
  var cache = WordCache()

  /// Stands for a character without a token.
  static let unknown: Int32 = -1

  /// Words with more bytes than this are rare, and their memory is not kept.
  private static let keptBytes = 1 << 16

  mutating func prepare(for bytes: Int) {
    let blank = Node(score: 0, start: -1, token: Self.unknown)
    nodes.removeAll(keepingCapacity: true)
    nodes.append(contentsOf: repeatElement(blank, count: bytes + 1))
  }

  mutating func releaseMemory() {
    guard nodes.capacity > Self.keptBytes else { return }
    nodes = []
    path = []
  }
}

extension Component {
  /// Tokens and their scores, from an array of `["token", score]`; the place is the id.
  fileprivate func scoredVocabulary(
    _ name: String
  ) throws -> (vocabulary: Vocabulary, scores: [Double], trie: ByteTrie) {
    let entries = try required(name, "an array", \.array)
    var vocabulary = Vocabulary(minimumCapacity: entries.count)
    var trie = ByteTrie(minimumCapacity: entries.count)
    var scores: [Double] = []
    scores.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      guard let id = Vocabulary.id(.integer(index)), let pair = entry.array, pair.count == 2,
        let token = pair[0].string, let score = pair[1].double, score.isFinite
      else {
        throw TokenizerError.unexpectedValue(
          file: file, key: "\(key(name))[\(index)]", expected: "a token and its score",
          found: describe(entry))
      }
      do throws(Vocabulary.Conflict) {
        try token.withUTF8 { token throws(Vocabulary.Conflict) in
          try vocabulary.insert(token, id: id)
        }
      } catch {
        throw conflict(error, token: token.text, id: id)
      }
      token.withUTF8 { trie.insert($0, value: id) }
      scores.append(score)
    }
    return (vocabulary, scores, trie)
  }
}
