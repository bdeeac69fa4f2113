/// How far an allocation can be from the best possible, with the multiplier that proves it.
///
/// For any `lambda` of zero or more, no allocation within the budget has an error below
/// `sum over layers of min(error + lambda · bits) - lambda · budget`.
package struct Certificate: Codable, Equatable, Sendable {
  /// Error per bit: what another bit of budget would save, about.
  package var lambda: Double
  /// No allocation within the budget has a smaller error.
  package var lowerBound: Double
  /// The allocation's error minus the lower bound.
  package var gap: Double
  /// Whether the search has ruled out every better allocation, also between the bound and this
  /// one. Errors are compared in steps of 2⁻⁴⁴ of the largest.
  package var proven: Bool

  package init(lambda: Double, lowerBound: Double, gap: Double, proven: Bool) {
    self.lambda = lambda
    self.lowerBound = lowerBound
    self.gap = gap
    self.proven = proven
  }

  /// Computes the bound that `lambda` gives for an allocation.
  init(of choices: [Int], in problem: AllocationProblem, lambda: Double, proven: Bool) {
    let error = Allocation(choices: choices).error(in: problem)
    self.lambda = lambda
    // Sums in another order can differ in the last digits.
    lowerBound = min(problem.lowerBound(lambda: lambda), error)
    gap = error - lowerBound
    self.proven = proven
  }

  /// Whether an allocation keeps the budget and the bound and gap are what they are said to be,
  /// computed afresh.
  package func holds(for allocation: Allocation, in problem: AllocationProblem) -> Bool {
    let isChoice = zip(problem.layers, allocation.choices).allSatisfy { layer, choice in
      layer.options.indices ~= choice
    }
    guard allocation.choices.count == problem.layers.count, isChoice, lambda >= 0 else {
      return false
    }
    let error = allocation.error(in: problem)
    return allocation.bits(in: problem) <= problem.budget
      && lowerBound <= error
      && lowerBound.isClose(to: problem.lowerBound(lambda: lambda))
      && (lowerBound + gap).isClose(to: error)
  }

  enum CodingKeys: String, CodingKey {
    case lambda, gap, proven
    case lowerBound = "lower_bound"
  }
}

extension AllocationProblem {
  /// An error that no allocation within the budget falls below (Everett, "Generalized Lagrange
  /// multiplier method", 1963).
  package func lowerBound(lambda: Double) -> Double {
    layers.reduce(-lambda * Double(budget)) { sum, layer in
      sum + (layer.options.map { $0.error + lambda * Double($0.bits) }.min() ?? 0)
    }
  }
}

extension Double {
  /// Whether two sums of the same numbers may differ by as much as these two do.
  func isClose(to other: Double) -> Bool {
    abs(self - other) <= 1e-9 * Swift.max(abs(self), abs(other))
  }
}
