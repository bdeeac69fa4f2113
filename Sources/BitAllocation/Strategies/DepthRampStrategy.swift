/// The exact strategy on errors that count for more the earlier their block is: a rule of thumb in
/// place of a measurement.
package struct DepthRampStrategy: AllocationStrategy {
  package var name: String { "depth-\(percent)" }
  package var summary: String { "exact, with the first block's errors \(percent) % larger" }

  /// By how many percent the first block's errors are multiplied, falling linearly to none.
  package var percent: Int

  package init(percent: Int) { self.percent = percent }

  /// Comes without a certificate: the proof would be of other errors.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    let ramp = DepthWeights(first: Double(percent) / 100)
    let blocks = problem.blocks
    let weights = problem.layers.map { ramp.weight(block: $0.block, of: blocks) }
    let weighted = problem.withErrors { $1.error * weights[$0] }
    return Allocation(choices: try ExactStrategy().allocate(weighted).choices)
  }
}
