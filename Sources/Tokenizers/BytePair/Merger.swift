/// Applies merges to the tokens of a word, lowest rank first, and leftmost first among equals.
struct Merger: Sendable {
  /// The word: its characters before, its tokens after.
  var symbols: [Int32] = []

  private var merges: [PairTable.Merge] = []  // (symbols), of each with its right neighbor
  private var previous: [Int32] = []  // (symbols)
  private var next: [Int32] = []  // (symbols)
  private var queue = MinHeap()

  /// Up to here, looking at every pair for the lowest rank beats keeping a queue.
  private static let shortWord = 32

  /// Words with more symbols than this are rare, and their memory is not kept.
  private static let keptSymbols = 1 << 16

  /// Returns the memory that an unusually long word has taken.
  mutating func releaseMemory() {
    if max(symbols.capacity, merges.capacity) > Self.keptSymbols { self = Merger() }
  }

  mutating func merge(with table: PairTable) {
    guard symbols.count > 1 else { return }
    merges.removeAll(keepingCapacity: true)
    for i in symbols.indices.dropLast() {
      merges.append(table[.init(left: symbols[i], right: symbols[i + 1])] ?? .none)
    }
    merges.append(.none)
    if symbols.count <= Self.shortWord {
      mergeShort(with: table)
    } else {
      mergeLong(with: table)
    }
  }

  private mutating func mergeShort(with table: PairTable) {
    while true {
      var best = 0
      for i in merges.indices where merges[i].rank < merges[best].rank { best = i }
      guard merges[best] != .none else { return }

      symbols[best] = merges[best].token
      symbols.remove(at: best + 1)
      merges.remove(at: best)
      for i in [best - 1, best] where i >= 0 && i < symbols.count - 1 {
        merges[i] = table[.init(left: symbols[i], right: symbols[i + 1])] ?? .none
      }
      merges[symbols.count - 1] = .none
    }
  }

  /// Keeps the symbols in a linked list and the pairs in a queue: n log n, where a word may be a
  /// whole document.
  private mutating func mergeLong(with table: PairTable) {
    let count = symbols.count
    previous = (0..<Int32(count)).map { $0 - 1 }
    next = (1...Int32(count)).map { $0 }
    queue.removeAll()
    for i in 0..<count { enqueue(i) }

    while let entry = queue.popMinimum() {
      let i = Int(UInt32(truncatingIfNeeded: entry))
      // A pair that has changed since it was queued was queued again as what it became.
      guard merges[i].rank == UInt32(entry >> 32) else { continue }
      let absorbed = Int(next[i])
      symbols[i] = merges[i].token
      merges[absorbed] = .none
      next[i] = next[absorbed]
      if Int(next[i]) < count { previous[Int(next[i])] = Int32(i) }

      updatePair(at: i, with: table)
      if previous[i] >= 0 { updatePair(at: Int(previous[i]), with: table) }
    }

    var (i, end) = (0, 0)
    while i < count {
      symbols[end] = symbols[i]
      end += 1
      i = Int(next[i])
    }
    symbols.removeLast(count - end)
  }

  private mutating func updatePair(at i: Int, with table: PairTable) {
    let right = Int(next[i])
    merges[i] =
      right < symbols.count
      ? table[.init(left: symbols[i], right: symbols[right])] ?? .none : .none
    enqueue(i)
  }

  private mutating func enqueue(_ i: Int) {
    guard merges[i] != .none else { return }
    queue.insert(UInt64(merges[i].rank) << 32 | UInt64(i))
  }
}

/// A binary heap of numbers, smallest first.
struct MinHeap: Sendable {
  private var values: [UInt64] = []

  mutating func removeAll() { values.removeAll(keepingCapacity: true) }

  mutating func insert(_ value: UInt64) {
    values.append(value)
    var i = values.count - 1
    while i > 0, values[(i - 1) / 2] > value {
      values[i] = values[(i - 1) / 2]
      i = (i - 1) / 2
    }
    values[i] = value
  }

  mutating func popMinimum() -> UInt64? {
    guard let minimum = values.first, let value = values.popLast() else { return nil }
    guard !values.isEmpty else { return minimum }
    var i = 0
    while 2 * i + 1 < values.count {
      var child = 2 * i + 1
      if child + 1 < values.count, values[child + 1] < values[child] { child += 1 }
      guard values[child] < value else { break }
      values[i] = values[child]
      i = child
    }
    values[i] = value
    return minimum
  }
}
