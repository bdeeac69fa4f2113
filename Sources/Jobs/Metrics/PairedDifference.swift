import Tensors

/// How much two lists of results differ that belong to the same windows.
package struct PairedDifference: Sendable, Equatable, Codable {
  /// Of the first minus the second, per token, with the interval that holds 95 % of the
  /// repetitions.
  package let estimate: Estimate
  /// How often a difference at least as large comes about, in either direction, if each window's
  /// sign is a coin's throw: small where the difference is no accident.
  package let pValue: Double

  private enum CodingKeys: String, CodingKey {
    case estimate
    case pValue = "p_value"
  }
}

extension Bootstrap {
  /// Windows up to which all choices of signs are gone through.
  private static let enumeratedWindows = 13

  /// Σ (a - b) / Σ counts over windows, which are drawn together, so that what makes a window hard
  /// for both cancels out; with a two-sided test that flips the signs of whole windows.
  ///
  /// (Good, "Permutation, Parametric and Bootstrap Tests of Hypotheses", 2005, chapter 3.) Up to 13
  /// windows the test is exact; beyond, it is by random signs, of which the observed ones count as
  /// one.
  package func difference(
    a: [Double], b: [Double], over counts: [Double]
  ) -> PairedDifference {
    precondition(a.count == b.count)
    let differences = zip(a, b).map { $0 - $1 }
    return PairedDifference(
      estimate: ratio(differences, over: counts), pValue: signFlipped(differences))
  }

  /// The difference of two models' KL divergences, in nats per token.
  package func difference(a: [WindowScore], b: [WindowScore]) -> PairedDifference {
    precondition(a.map(\.tokens) == b.map(\.tokens), "scores of other windows")
    let pairs = zip(a, b).filter { $0.0.tokens > 0 }
    return difference(
      a: pairs.map(\.0.divergence), b: pairs.map(\.1.divergence),
      over: pairs.map { Double($0.0.tokens) })
  }

  /// The share of sign choices whose sum is at least as far from zero as the sum itself.
  private func signFlipped(_ differences: [Double]) -> Double {
    // Sums in another order can differ in the last digits.
    let scale = differences.reduce(0) { $0 + abs($1) }
    let limit = abs(differences.reduce(0, +)) - 1e-12 * scale
    func isAsLarge(_ isFlipped: (Int) -> Bool) -> Bool {
      var sum = 0.0
      for (index, value) in differences.enumerated() { sum += isFlipped(index) ? -value : value }
      return abs(sum) >= limit
    }
    if differences.count <= Self.enumeratedWindows {
      let choices = 1 << differences.count
      let count = (0..<choices).count { choice in isAsLarge { choice >> $0 & 1 == 1 } }
      return Double(count) / Double(choices)
    }
    let trials = 10 * repetitions
    var generator = SeededGenerator(seed: seed, stream: 1)
    let count = (0..<trials).count { _ in isAsLarge { _ in generator.nextSign() < 0 } }
    return Double(count + 1) / Double(trials + 1)
  }
}
