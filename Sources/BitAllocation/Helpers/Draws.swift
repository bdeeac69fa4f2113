/// Random numbers that depend on a seed and a stream and nothing else.
///
/// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct Draws: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, stream: Int = 0) {
    state = UInt64(bitPattern: Int64(stream))
    state = seed ^ next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    let first = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    let second = (first ^ (first >> 27)) &* 0x94d0_49bb_1331_11eb
    return second ^ (second >> 31)
  }

  /// A whole number in `0..<bound`.
  mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in [0, 1).
  mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
