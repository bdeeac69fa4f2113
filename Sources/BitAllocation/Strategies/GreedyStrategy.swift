/// Starts with every layer's smallest option and always takes the upgrade that saves the most
/// error per bit, until none fits.
package struct GreedyStrategy: AllocationStrategy {
  package let name = "greedy"
  package let summary = "the steepest upgrade first, until none fits"

  package init() {}

  /// Comes without a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let scaled = ScaledProblem(problem)
    let smallest = scaled.layers.map { _ in 0 }
    return Allocation(choices: scaled.options(of: scaled.filled(smallest)))
  }
}
