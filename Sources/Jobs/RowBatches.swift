extension [[Int32]] {
  /// Consecutive rows with about so many tokens in all.
  package func batches(tokens: Int) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var start = 0
    var sum = 0
    for (index, row) in enumerated() {
      if index > start, sum + row.count > tokens {
        batches.append(start..<index)
        (start, sum) = (index, 0)
      }
      sum += row.count
    }
    if start < count { batches.append(start..<count) }
    return batches
  }
}
