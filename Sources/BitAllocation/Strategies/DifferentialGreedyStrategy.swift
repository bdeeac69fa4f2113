import Foundation

/// Greedy on reshaped errors: what an option improves over the layer's smallest one, to the power
/// 0.69, so that small improvements count for more than they are.
package struct DifferentialGreedyStrategy: AllocationStrategy {
  package let name = "differential-greedy"
  package let summary = "greedy on improvements to the power 0.69"

  /// Of the improvements.
  package var power: Double

  package init(power: Double = 0.69) { self.power = power }

  /// Comes without a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    let starts = problem.layers.map { layer in
      layer.options.min { ($0.bits, $0.error) < ($1.bits, $1.error) }?.error ?? 0
    }
    func improvement(_ layer: Int, _ option: AllocationProblem.Option) -> Double {
      pow(max(0, starts[layer] - option.error), power)
    }
    let largest = problem.layers.enumerated().map { index, layer in
      layer.options.map { improvement(index, $0) }.max() ?? 0
    }
    return try GreedyStrategy().allocate(
      problem.withErrors { largest[$0] - improvement($0, $1) })
  }
}
