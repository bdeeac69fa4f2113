/// The best allocations at the corners of the lower convex hull of all allocations.
///
/// The hull of a sum is made of the hulls' edges in order of slope. So the corners are reached from
/// the smallest allocation by taking the edges of all layers one after the other, steepest first,
/// and each is optimal for the bits it takes.
struct Frontier {
  let problem: ScaledProblem
  /// From corner to corner, steepest first.
  let steps: [Step]
  /// What each corner takes; one more than there are steps.
  let bits: [Int]

  init(_ problem: ScaledProblem) {
    self.problem = problem
    steps = problem.layers.indices
      .flatMap { hullSteps(ofLayer: $0, in: problem) }
      .sorted { $0.precedes($1) }
    let smallest = problem.layers.reduce(0) { $0 + $1[0].bits }
    bits = steps.reduce(into: [smallest]) { $0.append($0[$0.count - 1] + $1.bits) }
  }

  /// The last corner within the budget, and the step that leads out of it: `nil` from the last
  /// corner of all.
  func corner(within budget: Int) -> (choices: [Int], next: Step?) {
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high + 1) / 2
      if bits[middle] <= budget { low = middle } else { high = middle - 1 }
    }
    var choices = [Int](repeating: 0, count: problem.layers.count)
    for step in steps[..<low] { choices[step.layer] = step.target }
    return (choices, low < steps.count ? steps[low] : nil)
  }
}

/// The edges of the lower convex hull of a layer's points.
private func hullSteps(ofLayer layer: Int, in problem: ScaledProblem) -> [Step] {
  var hull = [0]
  var steps: [Step] = []
  for target in problem.layers[layer].indices.dropFirst() {
    var step = problem.step(layer: layer, from: hull[hull.count - 1], to: target)
    while let last = steps.last, !last.isSteeper(than: step) {
      steps.removeLast()
      hull.removeLast()
      step = problem.step(layer: layer, from: hull[hull.count - 1], to: target)
    }
    steps.append(step)
    hull.append(target)
  }
  return steps
}
