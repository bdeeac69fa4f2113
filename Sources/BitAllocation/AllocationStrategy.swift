/// A way to choose one option per layer.
package protocol AllocationStrategy: Sendable {
  /// The name on the command line: `--strategy exact`.
  var name: String { get }

  /// What it does, in a few words for the help text.
  var summary: String { get }

  /// An allocation that keeps the budget, the same for the same problem.
  ///
  /// Throws an `AllocationError` when there is none.
  func allocate(_ problem: AllocationProblem) throws -> Allocation
}

/// Every strategy the tool knows, the default first. A new one is one file in `Strategies` and one
/// line here.
package let allAllocationStrategies: [any AllocationStrategy] = [
  ExactStrategy(),
  GreedyStrategy(),
  DifferentialGreedyStrategy(),
  UniformStrategy(),
  AnnealingStrategy(),
  UseMoreBitsStrategy(),
  EndDistanceStrategy(),
  DepthRampStrategy(percent: 25),
  DepthRampStrategy(percent: 50),
  DepthRampStrategy(percent: 75),
  MinMaxStrategy(),
  LexicographicStrategy(),
  WorstStratumStrategy(),
  RandomStrategy(),
  InvertedStrategy(),
]
