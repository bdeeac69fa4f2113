/// Random numbers that depend on a seed and a stream and nothing else.
///
/// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct RowDraws {
  private var state: UInt64

  init(seed: UInt64, stream: Int) {
    state = UInt64(bitPattern: Int64(stream))
    state = seed ^ next()
  }

  /// A whole number in `0..<bound`.
  mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    let first = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    let second = (first ^ (first >> 27)) &* 0x94d0_49bb_1331_11eb
    return second ^ (second >> 31)
  }
}

extension CountedRows {
  /// How often each unit comes up when as many as there are get drawn with replacement.
  func drawnUnits(seed: UInt64, stream: Int) -> [Int] {
    var draws = RowDraws(seed: seed, stream: stream)
    var counts = [Int](repeating: 0, count: unitCount)
    for _ in 0..<unitCount { counts[draws.next(below: unitCount)] += 1 }
    return counts
  }
}
