/// The allocations in which all layers have the same option, with growing bits and falling errors.
///
/// The same by name, of the options that all layers with a choice have. Where they share none, as
/// where several layers were measured as one, the same in bits per weight: every layer has the largest
/// option that doesn't exceed the rung.
struct UniformLadder {
  /// Choices by layer; the first rung has every layer's own smallest option.
  let rungs: [[Int]]

  init(_ problem: AllocationProblem) {
    let smallest = problem.layers.map { layer in
      layer.options.indices.min { layer.options[$0].bits < layer.options[$1].bits } ?? 0
    }
    let names = Self.commonOptions(of: problem)
    let uniform =
      names.isEmpty
      ? Self.byBitsPerWeight(problem)
      : names.map { name in
        problem.layers.map { layer in layer.options.firstIndex { $0.name == name } ?? 0 }
      }
    let sorted = uniform.map { choices in
      let allocation = Allocation(choices: choices)
      return (choices, bits: allocation.bits(in: problem), error: allocation.error(in: problem))
    }
    .sorted { ($0.bits, $0.error) < ($1.bits, $1.error) }
    var rungs = [smallest]
    var least = Double.infinity
    for (choices, _, error) in sorted where error < least {
      rungs.append(choices)
      least = error
    }
    self.rungs = rungs
  }

  /// In the order of the first layer that has a choice.
  private static func commonOptions(of problem: AllocationProblem) -> [String] {
    let layers = problem.layers.filter { $0.options.count > 1 }
    guard let first = layers.first else { return [] }
    return layers.dropFirst().reduce(first.options.map(\.name)) { common, layer in
      let names = Set(layer.options.map(\.name))
      return common.filter(names.contains)
    }
  }

  private static func byBitsPerWeight(_ problem: AllocationProblem) -> [[Int]] {
    let ladders = problem.layers.map(\.usefulOptions)
    let sizes = problem.layers.flatMap { layer in
      layer.options.map { layer.bitsPerWeight(of: $0.bits) }
    }
    return Set(sizes).sorted().map { size in
      zip(problem.layers, ladders).map { layer, ladder in
        ladder.last { layer.bitsPerWeight(of: layer.options[$0].bits) <= size } ?? ladder[0]
      }
    }
  }

  /// The highest rung that fits the budget, with some layers one rung higher where there is room, and
  /// what is left spent on further rungs, layer by layer in an order: by default as they come.
  func allocation(
    in problem: AllocationProblem, raised: (Int) -> Bool = { _ in false }, order: [Int]? = nil
  ) -> Allocation {
    let rung = rungs.indices.last {
      fits(choices(on: $0, raised: raised), in: problem)
    }
    // Where even the lowest rung has no room for more, nothing is raised.
    var chosen = rung.map { choices(on: $0, raised: raised) } ?? rungs[0]
    spend(&chosen, from: (rung ?? 0) + 1, order: order ?? Array(chosen.indices), in: problem)
    return Allocation(choices: chosen)
  }

  private func fits(_ choices: [Int], in problem: AllocationProblem) -> Bool {
    Allocation(choices: choices).bits(in: problem) <= problem.budget
  }

  /// The choices on a rung, of some layers those on the next.
  private func choices(on rung: Int, raised: (Int) -> Bool) -> [Int] {
    rungs[rung].indices.map { rungs[raised($0) ? min(rung + 1, rungs.count - 1) : rung][$0] }
  }

  /// Spends what is left of the budget: raises layers to a rung, in an order, as long as that fits,
  /// then to the next, up to the last.
  private func spend(
    _ choices: inout [Int], from rung: Int, order: [Int], in problem: AllocationProblem
  ) {
    var slack = problem.budget - Allocation(choices: choices).bits(in: problem)
    for target in rungs.dropFirst(rung) {
      for layer in order {
        let options = problem.layers[layer].options
        let bits = options[target[layer]].bits - options[choices[layer]].bits
        guard bits <= slack else { continue }
        choices[layer] = target[layer]
        slack -= bits
      }
    }
  }
}
