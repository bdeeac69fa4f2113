extension AllocationProblem {
  /// The allocations at the corners of the lower convex hull of all allocations, from the smallest
  /// on: each has the least error for the bits it takes. The budget doesn't matter.
  package var corners: [Allocation] {
    let scaled = ScaledProblem(self)
    var choices = [Int](repeating: 0, count: layers.count)
    var corners = [Allocation(choices: scaled.options(of: choices))]
    for step in Frontier(scaled).steps {
      choices[step.layer] = step.target
      corners.append(Allocation(choices: scaled.options(of: choices)))
    }
    return corners
  }
}
