/// Words and their tokens.
struct WordCache: Sendable {
  private var words = ByteStringTable()
  private var ids: [Int32] = []  // of all words, one after the other
  private var ends: [Int] = []  // (words), in `ids`

  /// About what a few million words of text hold; when it is full, a new one is begun.
  private static let capacity = 1 << 16

  /// Appends the tokens of a word if it is known.
  func append(_ word: UTF8Text, to output: inout [Int32]) -> Bool {
    guard let index = words.find(word) else { return false }
    output += ids[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    return true
  }

  mutating func insert(_ word: UTF8Text, _ tokens: [Int32]) {
    if words.count == Self.capacity { self = WordCache() }
    guard words.insert(word).inserted else { return }
    ids += tokens
    ends.append(ids.count)
  }
}
