/// What strategies need that look at the largest error.
extension AllocationProblem {
  /// What the lightest options take whose errors pass, nil if some layer has none.
  func lightestBits(where passes: (Double) -> Bool) -> Int? {
    var sum = 0
    for layer in layers {
      var lightest: Int?
      for option in layer.options where passes(option.error) {
        lightest = min(lightest ?? .max, option.bits)
      }
      guard let lightest else { return nil }
      sum += lightest
    }
    return sum
  }

  /// The smallest largest error that the budget allows, which must be within reach: found among the
  /// errors by bisection.
  func leastMaximum() -> Double {
    let thresholds = layers.flatMap { $0.options.map(\.error) }.sorted()
    var (low, high) = (0, thresholds.count - 1)
    while low < high {
      let middle = (low + high) / 2
      let fits = lightestBits { $0 <= thresholds[middle] }.map { $0 <= budget } ?? false
      if fits { high = middle } else { low = middle + 1 }
    }
    return thresholds[low]
  }

  /// The problem without the options whose error exceeds `ceiling`, and for every layer the indices
  /// of those that stay.
  func limited(to ceiling: Double) -> (problem: AllocationProblem, kept: [[Int]]) {
    let (layers, kept) = layers.limited(to: ceiling)
    return (AllocationProblem(layers: layers, budget: budget), kept)
  }
}

extension [AllocationProblem.Layer] {
  /// The layers without the options whose error exceeds `ceiling`, and for every layer the indices of
  /// those that stay.
  func limited(to ceiling: Double) -> (layers: [AllocationProblem.Layer], kept: [[Int]]) {
    let kept = map { layer in
      layer.options.indices.filter { layer.options[$0].error <= ceiling }
    }
    var layers = self
    for (index, options) in kept.enumerated() {
      layers[index].options = options.map { self[index].options[$0] }
    }
    return (layers, kept)
  }
}

extension Allocation {
  /// The largest of the chosen options' errors.
  package func largestError(in problem: AllocationProblem) -> Double {
    options(in: problem).reduce(0) { max($0, $1.error) }
  }
}
