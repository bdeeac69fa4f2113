extension AllocationProblem {
  /// A random allocation that keeps the budget and leaves no step unspent that would fit.
  ///
  /// Every layer climbs its useful options, those that no other beats in bits and error, step by
  /// step; each step takes a random time, in some layers much less than in others, and the budget
  /// ends the climb. Throws an `AllocationError` when the budget can't be kept.
  package func randomAllocation(
    using generator: inout some RandomNumberGenerator
  ) throws -> Allocation {
    try checkBudget()
    let ladders = layers.map(\.usefulOptions)
    var steps: [(time: Double, layer: Int, rung: Int)] = []
    for (layer, ladder) in ladders.enumerated() {
      let slowness = Double(1 << (generator.next() % 5))
      var time = 0.0
      for rung in ladder.indices.dropFirst() {
        time += slowness * Double(generator.next() >> 11) * 0x1p-53
        steps.append((time, layer, rung))
      }
    }
    var slack = budget - smallestBits
    var rungs = layers.map { _ in 0 }
    for step in steps.sorted(by: { ($0.time, $0.layer, $0.rung) < ($1.time, $1.layer, $1.rung) }) {
      let (options, ladder) = (layers[step.layer].options, ladders[step.layer])
      let bits = options[ladder[step.rung]].bits - options[ladder[step.rung - 1]].bits
      // What doesn't fit now never will, and what lies above it neither.
      guard rungs[step.layer] == step.rung - 1, bits <= slack else { continue }
      slack -= bits
      rungs[step.layer] = step.rung
    }
    return Allocation(choices: layers.indices.map { ladders[$0][rungs[$0]] })
  }
}

extension AllocationProblem.Layer {
  /// The options that no other beats in bits and error, by rising bits; of equals the first.
  var usefulOptions: [Int] {
    let order = options.indices.sorted {
      (options[$0].bits, options[$0].error, $0) < (options[$1].bits, options[$1].error, $1)
    }
    return order.reduce(into: []) { ladder, index in
      if let last = ladder.last, options[index].error >= options[last].error { return }
      ladder.append(index)
    }
  }
}
