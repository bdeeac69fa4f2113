/// A corner of the lower convex hull of all allocations: none with as many bits has a smaller error.
package struct FrontierPoint: Equatable, Sendable {
  /// What the allocation takes.
  package let bits: Int
  /// Its error.
  package let error: Double
  /// Error per bit that the step to the next corner saves; zero at the last.
  package let lambda: Double
  /// The layer that changes on the way here from the corner before, and the index of its new option;
  /// nil at the first.
  package let change: Change?

  package struct Change: Equatable, Sendable {
    package let layer: Int
    package let option: Int
  }
}

extension ExactSolver {
  /// All corners, from the smallest allocation up. Errors are exact to steps of 2⁻⁴⁴ of the largest.
  package var frontier: [FrontierPoint] {
    var error = scaled.layers.reduce(0) { $0 + $1[0].error }
    return corners.bits.enumerated().map { index, bits in
      let step = index > 0 ? corners.steps[index - 1] : nil
      if let step { error -= step.gain }
      let next = index < corners.steps.count ? corners.steps[index] : nil
      return FrontierPoint(
        bits: bits, error: Double(error) * scaled.unit,
        lambda: next.map { Double($0.gain) / Double($0.bits) * scaled.unit } ?? 0,
        change: step.map {
          .init(layer: $0.layer, option: scaled.layers[$0.layer][$0.target].option)
        })
    }
  }
}
