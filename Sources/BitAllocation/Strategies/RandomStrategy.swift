/// A control: random upgrades from every layer's smallest option until none fits.
package struct RandomStrategy: AllocationStrategy {
  package let name = "random"
  package let summary = "control: random upgrades until none fits"

  /// What the upgrades depend on.
  package var seed: UInt64

  package init(seed: UInt64 = 1) { self.seed = seed }

  /// Comes without a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    var draws = Draws(seed: seed)
    return try problem.randomAllocation(using: &draws)
  }
}
