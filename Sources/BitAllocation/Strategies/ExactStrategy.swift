/// Finds an allocation that none can beat, and proves it.
///
/// The best corner of the convex hull within the budget gives a lower bound; a search of the few
/// allocations that could lie between it and the best one known does the rest. All arithmetic is in
/// whole numbers. Some problems (bits and errors tied to each other like the weights of a
/// subset-sum) have too many such allocations: then the search stops with a small gap, which the
/// certificate states.
package struct ExactStrategy: AllocationStrategy {
  package let name = "exact"
  package let summary = "the least error there is, with a proof"

  /// The search stops when the gap is below this share of the lower bound: far less than the
  /// errors are certain to.
  package var tolerance: Double

  /// The search stops when it has formed this many states: a few seconds, some hundred megabytes.
  package var stateLimit: Int

  package init(tolerance: Double = 1e-9, stateLimit: Int = 5_000_000) {
    self.tolerance = tolerance
    self.stateLimit = stateLimit
  }

  /// Comes with a certificate, whose `proven` is false where the search stopped at a limit.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let solution = ExactSolver(problem.layers)
      .solution(budget: problem.budget, tolerance: tolerance, stateLimit: stateLimit)
    return Allocation(
      choices: solution.choices,
      certificate: Certificate(
        value: Allocation(choices: solution.choices).error(in: problem),
        lowerBound: problem.lowerBound(lambda: solution.lambda), proven: solution.isProven,
        lambda: solution.lambda))
  }
}
