/// Makes the largest error as small as the budget allows, with as few bits as that takes, and spends
/// what is left as `GreedyStrategy` does.
///
/// Exact: a maximum is within reach if every layer's lightest option not above it fits.
package struct MinMaxStrategy: AllocationStrategy {
  package let name = "min-max"
  package let summary = "the smallest possible largest error"

  package init() {}

  /// Comes with a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let maximum = problem.leastMaximum()
    let (limited, kept) = problem.limited(to: maximum)
    let scaled = ScaledProblem(limited)
    let smallest = scaled.layers.map { _ in 0 }
    let choices = zip(kept, scaled.options(of: scaled.filled(smallest))).map { $0[$1] }
    return Allocation(
      choices: choices,
      certificate: Certificate(
        objective: .minMax,
        value: Allocation(choices: choices).largestError(in: problem), lowerBound: maximum,
        proven: true, leastMaximum: maximum))
  }
}
