extension ScaledProblem {
  /// Spends what is left of the budget, always on the step that saves the most error per bit of
  /// all that fit. A step may jump over points.
  func filled(_ choices: [Int]) -> [Int] {
    var choices = choices
    var slack = budget - bits(of: choices)
    // Every layer's best step, the best of all last.
    var queue = layers.indices
      .compactMap { steepestStep(layer: $0, from: choices[$0], within: slack) }
      .sorted { $1.precedes($0) }
    while let step = queue.popLast() {
      if step.bits <= slack {
        choices[step.layer] = step.target
        slack -= step.bits
      }
      // With less slack a layer's best step can only become worse, so the others can wait.
      guard
        let next = steepestStep(layer: step.layer, from: choices[step.layer], within: slack)
      else { continue }
      var (low, high) = (0, queue.count)
      while low < high {
        let middle = (low + high) / 2
        if next.precedes(queue[middle]) { low = middle + 1 } else { high = middle }
      }
      queue.insert(next, at: low)
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
      guard
        let point = points[..<choices[layer]].lastIndex(where: {
          $0.bits <= current.bits - overrun
        })
      else { continue }
      let loss = points[point].error - current.error
      if cheapest.map({ loss < $0.loss }) ?? true { cheapest = (loss, layer, point) }
    }
    guard let cheapest else { return nil }
    choices[cheapest.layer] = cheapest.point
    return filled(choices)
  }

  private func steepestStep(layer: Int, from start: Int, within slack: Int) -> Step? {
    let points = layers[layer]
    var best: Step?
    var target = start + 1
    while target < points.count, points[target].bits - points[start].bits <= slack {
      let step = step(layer: layer, from: start, to: target)
      if best.map(step.precedes) ?? true { best = step }
      target += 1
    }
    return best
  }
}
