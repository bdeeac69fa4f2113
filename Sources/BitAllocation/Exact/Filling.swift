extension ScaledProblem {
  /// Spends what is left of the budget, always on the step that saves the most error per bit of
  /// all that fit. A step may jump over points.
  func filled(_ choices: [Int]) -> [Int] {
    var choices = choices
    var slack = budget - bits(of: choices)
    var best = layers.indices.map { steepestStep(layer: $0, from: choices[$0], within: slack) }
    while let step = best.lazy.compactMap({ $0 }).min(by: { $0.precedes($1) }) {
      if step.bits <= slack {
        choices[step.layer] = step.target
        slack -= step.bits
      }
      // With less slack a layer's best step can only become worse, so the others can wait.
      best[step.layer] = steepestStep(
        layer: step.layer, from: choices[step.layer], within: slack)
    }
    return choices
  }

  /// Takes a step that exceeds the budget, pays for it with the cheapest single downgrade, and
  /// fills again.
  func exchanged(_ choices: [Int], for step: Step) -> [Int]? {
    var choices = choices
    choices[step.layer] = step.target
    let overrun = bits(of: choices) - budget
    var cheapest: (loss: Int, layer: Int, point: Int)?
    for (layer, points) in layers.enumerated() {
      let current = points[choices[layer]]
      guard let point = points.lastIndex(where: { $0.bits <= current.bits - overrun }) else {
        continue
      }
      let loss = points[point].error - current.error
      if cheapest.map({ loss < $0.loss }) ?? true { cheapest = (loss, layer, point) }
    }
    guard let cheapest else { return nil }
    choices[cheapest.layer] = cheapest.point
    return filled(choices)
  }

  private func steepestStep(layer: Int, from start: Int, within slack: Int) -> Step? {
    let points = layers[layer]
    let affordable = points[start...].dropFirst().prefix { $0.bits - points[start].bits <= slack }
    return affordable.indices.lazy
      .map { step(layer: layer, from: start, to: $0) }
      .min { $0.precedes($1) }
  }
}
