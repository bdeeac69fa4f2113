/// The pairs of characters that some merge joins.
///
/// Between any other two characters no token can reach, so a word may be cut there and its parts
/// encoded on their own, with the same result.
struct Joints: Sendable {
  private var pairs: PairTable

  init(_ merges: some Collection<PairTable.Pair>, vocabulary: Vocabulary) {
    pairs = PairTable(minimumCapacity: 1024)
    for merge in merges {
      // A character that is no token has no pair; it is never cut off its neighbors.
      guard
        let left = vocabulary[merge.left].flatMap({ vocabulary.id(Self.lastCharacter(of: $0)) }),
        let right = vocabulary[merge.right].flatMap({ vocabulary.id(Self.firstCharacter(of: $0)) })
      else { continue }
      pairs[.init(left: left, right: right)] = .init(rank: 0, token: 0)
    }
  }

  /// Calls `body` with the parts of a word, cut wherever that is safe.
  func forEachPart(of word: UTF8Text, in vocabulary: Vocabulary, _ body: (UTF8Text) -> Void) {
    var start = 0
    var i = 0
    var previous: Int32?
    while i < word.count {
      let length = word.scalarLength(at: i)
      let id = vocabulary.id(word.slice(i..<i + length))
      // Beside a character that is no token nothing is cut: runs of unknown ones belong together.
      if let previous, let id, pairs[.init(left: previous, right: id)] == nil {
        body(word.slice(start..<i))
        start = i
      }
      previous = id
      i += length
    }
    if start < word.count { body(word.slice(start..<word.count)) }
  }

  private static func firstCharacter(of token: [UInt8]) -> [UInt8] {
    token.withUnsafeBufferPointer { text in
      text.isEmpty ? [] : Array(text[..<text.scalarLength(at: 0)])
    }
  }

  private static func lastCharacter(of token: [UInt8]) -> [UInt8] {
    token.withUnsafeBufferPointer { text in
      text.isEmpty ? [] : Array(text[text.startOfScalar(before: text.count)...])
    }
  }
}
