/// First makes the largest error as small as the budget allows, then the sum, with no error above
/// that maximum by more than a share of it.
package struct LexicographicStrategy: AllocationStrategy {
  package let name = "lexicographic"
  package let summary = "the least sum with no error far above the min-max"

  /// How far above, as a share of the maximum.
  package var slack: Double

  /// What it minimizes.
  var objective: Objective { .lexicographic(slack: slack) }

  package init(slack: Double = 0.25) { self.slack = slack }

  /// Comes with a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let maximum = problem.leastMaximum()
    let (limited, kept) = problem.limited(to: maximum * (1 + slack))
    let solution = ExactSolver(limited.layers).solution(budget: limited.budget)
    let choices = zip(kept, solution.choices).map { $0[$1] }
    return Allocation(
      choices: choices,
      certificate: Certificate(
        objective: objective,
        value: Allocation(choices: choices).error(in: problem),
        lowerBound: limited.lowerBound(lambda: solution.lambda), proven: solution.isProven,
        lambda: solution.lambda, leastMaximum: maximum))
  }
}
