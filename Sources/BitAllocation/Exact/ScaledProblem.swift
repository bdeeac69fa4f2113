/// An allocation problem in whole numbers, without the options that another one beats.
///
/// Sums of whole numbers are exact in any order, so results are the same on every machine.
struct ScaledProblem {
  /// For every layer the points of its trade-off: more and more bits, less and less error.
  let layers: [[Point]]
  /// In bits.
  var budget: Int
  /// What one step of error stands for.
  let unit: Double

  /// One option of a layer.
  struct Point {
    var bits: Int
    var error: Int
    /// The index among the layer's options.
    var option: Int
  }

  /// Steps of error that the largest error has: fine enough to tell options apart, coarse enough
  /// for 2¹⁸ errors to have a sum.
  private static let steps = 0x1p44

  init(_ problem: AllocationProblem) {
    self.init(problem.layers, budget: problem.budget)
  }

  init(_ layers: [AllocationProblem.Layer], budget: Int = 0) {
    let largest = layers.reduce(0) { largest, layer in
      layer.options.reduce(largest) { max($0, abs($1.error)) }
    }
    let scale = largest > 0 ? largest : 1
    unit = scale / Self.steps
    self.budget = budget
    self.layers = layers.map { layer in
      pareto(
        layer.options.indices.map { index in
          // What no number can hold is as bad as the worst.
          let error = layer.options[index].error / scale * Self.steps
          return Point(
            bits: layer.options[index].bits,
            error: Int(error.isFinite ? error.rounded() : Self.steps), option: index)
        })
    }
  }

  /// The options that stand behind the chosen points.
  func options(of choices: [Int]) -> [Int] {
    zip(layers, choices).map { $0[$1].option }
  }

  func bits(of choices: [Int]) -> Int {
    zip(layers, choices).reduce(0) { $0 + $1.0[$1.1].bits }
  }

  func error(of choices: [Int]) -> Int {
    zip(layers, choices).reduce(0) { $0 + $1.0[$1.1].error }
  }

  /// The move of a layer from one point to a larger one.
  func step(layer: Int, from start: Int, to target: Int) -> Step {
    let (small, large) = (layers[layer][start], layers[layer][target])
    return Step(
      layer: layer, target: target, bits: large.bits - small.bits,
      gain: small.error - large.error)
  }
}

/// The points that no other point beats in bits and error, by growing bits.
private func pareto(_ points: [ScaledProblem.Point]) -> [ScaledProblem.Point] {
  let sorted = points.sorted { ($0.bits, $0.error, $0.option) < ($1.bits, $1.error, $1.option) }
  return sorted.reduce(into: []) { kept, point in
    if kept.last.map({ point.error < $0.error }) ?? true { kept.append(point) }
  }
}
