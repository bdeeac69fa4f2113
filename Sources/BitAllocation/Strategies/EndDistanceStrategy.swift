/// One option for all layers, and the next larger ones for as many as fit: roles that are thought to
/// matter most first, and of a role the blocks nearest to either end.
package struct EndDistanceStrategy: AllocationStrategy {
  package let name = "end-distance"
  package let summary = "one option, the next for important roles from both ends inwards"

  package init() {}

  /// Comes without a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let blocks = problem.blocks
    let ranks = problem.layers.map { layer in
      let distance = layer.block.map { min($0, blocks - 1 - $0) } ?? 0
      return (LayerRole(layer).rawValue, distance)
    }
    let order = ranks.indices.sorted {
      (ranks[$0].0, ranks[$0].1, $0) < (ranks[$1].0, ranks[$1].1, $1)
    }
    return UniformLadder(problem).allocation(in: problem, order: order)
  }
}
