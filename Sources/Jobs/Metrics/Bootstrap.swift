import Tensors

/// A value and the interval that holds 95 % of its bootstrap repetitions.
package struct Estimate: Sendable, Equatable, Codable {
  /// Of all windows, each once.
  package let value: Double
  /// 2.5 % of the repetitions lie below.
  package let low: Double
  /// 2.5 % of the repetitions lie above.
  package let high: Double
}

/// Confidence intervals by drawing whole windows with replacement: tokens of one window depend on
/// each other, windows hardly.
///
/// Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentiles).
package struct Bootstrap: Sendable {
  /// How often as many windows as there are get drawn.
  package let repetitions: Int
  /// What the drawings depend on.
  package let seed: UInt64

  package init(repetitions: Int = 1000, seed: UInt64 = 1) {
    self.repetitions = repetitions
    self.seed = seed
  }

  /// The interval of `transform(Σ numerators / Σ denominators)` over windows.
  package func ratio(
    _ numerators: [Double], over denominators: [Double],
    transform: (Double) -> Double = { $0 }
  ) -> Estimate {
    precondition(numerators.count == denominators.count && !numerators.isEmpty)
    func value(_ indices: some Sequence<Int>) -> Double {
      var (above, below) = (0.0, 0.0)
      for index in indices {
        above += numerators[index]
        below += denominators[index]
      }
      return transform(above / below)
    }
    var generator = SeededGenerator(seed: seed)
    let repeated = (0..<repetitions).map { _ in
      value((0..<numerators.count).map { _ in generator.next(below: numerators.count) })
    }.sorted()
    let tail = repetitions / 40  // 2.5 %
    return Estimate(
      value: value(numerators.indices),
      low: repeated[tail], high: repeated[repetitions - 1 - tail])
  }
}
