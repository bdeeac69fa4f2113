/// Makes the largest error as small as the budget allows, with as few bits as that takes, and spends
/// what is left as `GreedyStrategy` does.
///
/// Exact: a threshold is within reach if every layer's lightest option not above it fits; the least
/// such threshold is found among the errors themselves by bisection.
package struct MinMaxStrategy: AllocationStrategy {
  package let name = "min-max"
  package let summary = "the smallest possible largest error"

  package init() {}

  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let scaled = ScaledProblem(problem)
    let lightest = scaled.lightest(below: scaled.leastCeiling())
    return Allocation(choices: scaled.options(of: scaled.filled(lightest)))
  }
}

extension ScaledProblem {
  /// The least error that no layer need exceed within the budget.
  func leastCeiling() -> Int {
    // No ceiling can be below what some layer cannot avoid.
    let floor = layers.map { $0[$0.count - 1].error }.max() ?? 0
    let thresholds = Set(layers.flatMap { $0.map(\.error) }).filter { $0 >= floor }.sorted()
    var (low, high) = (0, thresholds.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if bits(of: lightest(below: thresholds[middle])) <= budget {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return thresholds[low]
  }

  /// For every layer the lightest point with an error of at most `ceiling`, which all layers have.
  func lightest(below ceiling: Int) -> [Int] {
    layers.map { points in
      var (low, high) = (0, points.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if points[middle].error <= ceiling { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }
}
