extension NoisyLayer {
  /// A rise of so many standard errors is taken for real.
  private static let certainty = 3.0

  /// Makes errors not rise with bits where they only seem to: of neighbors in the role's order, each
  /// with more bits and, for the role as a whole, less error than the one before, those that
  /// rise within the noise get their mean, weighted by precision.
  ///
  /// Options that others beat for the role as a whole, at as many bits or fewer, are in no such
  /// order: a coarser group size may well take more bits and lose more. (Pool adjacent violators:
  /// Ayer, Brunk, Ewing, Reid and Silverman, "An empirical distribution function for sampling with
  /// incomplete information", 1955.)
  func level(_ logarithms: inout [Double?], curve: [Double?]) {
    var blocks: [Block] = []
    for index in order(by: curve) {
      guard let value = logarithms[index] else { continue }
      blocks.append(Block(members: [index], value: value, variance: options[index].variance))
      while blocks.count > 1, rises(blocks[blocks.count - 2], blocks[blocks.count - 1]) {
        let last = blocks.removeLast()
        blocks[blocks.count - 1].pool(last)
      }
    }
    for block in blocks where block.members.count > 1 {
      for index in block.members { logarithms[index] = block.value }
    }
  }

  private struct Block {
    var members: [Int]
    var value: Double
    var variance: Double

    mutating func pool(_ other: Block) {
      let sum = variance + other.variance
      value = (value * other.variance + other.value * variance) / sum
      variance = variance * other.variance / sum
      members += other.members
    }
  }

  private func rises(_ small: Block, _ large: Block) -> Bool {
    let rise = large.value - small.value
    return rise > 0
      && rise * rise <= Self.certainty * Self.certainty * (small.variance + large.variance)
  }

  /// The options that none beats for the role as a whole, by growing bits.
  private func order(by curve: [Double?]) -> [Int] {
    let sorted = options.indices
      .compactMap { index in curve[index].map { (index: index, curve: $0) } }
      .sorted {
        (options[$0.index].bits, $0.curve, $0.index) < (options[$1.index].bits, $1.curve, $1.index)
      }
    var least = Double.infinity
    return sorted.filter { next in
      defer { least = min(least, next.curve) }
      return next.curve < least
    }.map(\.index)
  }
}
