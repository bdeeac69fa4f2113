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
    var reshaped = problem
    for (index, layer) in problem.layers.enumerated() {
      let smallest = layer.options.min { ($0.bits, $0.error) < ($1.bits, $1.error) }
      let start = smallest?.error ?? 0
      let improvements = layer.options.map { pow(max(0, start - $0.error), power) }
      let largest = improvements.max() ?? 0
      for option in layer.options.indices {
        reshaped.layers[index].options[option].error = largest - improvements[option]
      }
    }
    return try GreedyStrategy().allocate(reshaped)
  }
}
