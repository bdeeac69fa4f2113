/// Random numbers that depend on a seed and nothing else.
///
/// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// A generator for one of many streams that share a seed.
  package init(seed: UInt64, stream: UInt64) {
    var mixer = SeededGenerator(seed: stream &* 0x9e37_79b9_7f4a_7c15 ^ 0x5851_f42d_4c95_7f2d)
    state = seed ^ mixer.next()
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A whole number in `0..<bound`, without the standard library's choice of method, so that it
  /// never changes.
  package mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in [0, 1).
  package mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// -1 or 1.
  package mutating func nextSign() -> Float { next() >> 63 == 0 ? 1 : -1 }

  /// A normally distributed number (as the sum of twelve uniform ones, which needs no library
  /// function whose last bit may differ between systems).
  package mutating func nextNormal() -> Float {
    var sum = -6.0
    for _ in 0..<12 { sum += nextUniform() }
    return Float(sum)
  }

  /// Shuffles by Fisher and Yates.
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    for index in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(index, next(below: index + 1))
    }
  }
}
