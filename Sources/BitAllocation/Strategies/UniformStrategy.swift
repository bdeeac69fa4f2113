/// Gives all layers the same option, the best that fits, and spends the rest on the next larger
/// one, layer by layer from the first.
///
/// What quantization without allocation does, brought to the same size for a fair comparison. It
/// considers the options that all layers with a choice have, by name. Where even the smallest of
/// them exceeds the budget, it starts from every layer's own smallest option.
package struct UniformStrategy: AllocationStrategy {
  package let name = "uniform"
  package let summary = "one option for all layers, the rest spent in order"

  package init() {}

  /// Comes without a certificate. Throws `AllocationError.noCommonOption` where layers with a
  /// choice share none.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let ladder = try rungs(of: problem)
    let start = ladder.lastIndex { $0.bits(in: problem) <= problem.budget } ?? 0
    var choices = ladder[start].choices
    var slack = problem.budget - ladder[start].bits(in: problem)
    guard start + 1 < ladder.count else { return Allocation(choices: choices) }

    for (index, layer) in problem.layers.enumerated() {
      let next = ladder[start + 1].choices[index]
      let bits = layer.options[next].bits - layer.options[choices[index]].bits
      if bits <= slack {
        choices[index] = next
        slack -= bits
      }
    }
    return Allocation(choices: choices)
  }

  /// The smallest allocation of all, then one option for all layers, with growing bits and falling
  /// errors.
  private func rungs(of problem: AllocationProblem) throws -> [Allocation] {
    let smallest = Allocation(
      choices: problem.layers.map { layer in
        layer.options.indices.min { layer.options[$0].bits < layer.options[$1].bits } ?? 0
      })
    let uniform = try commonOptions(of: problem)
      .map { name in
        Allocation(
          choices: problem.layers.map { layer in
            layer.options.firstIndex { $0.name == name } ?? 0
          })
      }
      .sorted {
        ($0.bits(in: problem), $0.error(in: problem))
          < ($1.bits(in: problem), $1.error(in: problem))
      }
    return uniform.reduce(into: [smallest]) { rungs, next in
      let last = rungs[rungs.count - 1]
      if rungs.count == 1 || next.error(in: problem) < last.error(in: problem) {
        rungs.append(next)
      }
    }
  }

  /// In the order of the first layer that has a choice.
  private func commonOptions(of problem: AllocationProblem) throws -> [String] {
    let layers = problem.layers.filter { $0.options.count > 1 }
    guard let first = layers.first else { return [] }
    return try layers.dropFirst().reduce(first.options.map(\.name)) { common, layer in
      let names = Set(layer.options.map(\.name))
      let remaining = common.filter(names.contains)
      guard !remaining.isEmpty else { throw AllocationError.noCommonOption(layer: layer.name) }
      return remaining
    }
  }
}
