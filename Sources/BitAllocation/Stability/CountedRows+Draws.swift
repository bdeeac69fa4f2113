extension CountedRows {
  /// How often each unit comes up when as many as there are get drawn with replacement.
  func drawnUnits(seed: UInt64, stream: Int) -> [Int] {
    var draws = Draws(seed: seed, stream: stream)
    var counts = [Int](repeating: 0, count: unitCount)
    for _ in 0..<unitCount { counts[draws.next(below: unitCount)] += 1 }
    return counts
  }
}
