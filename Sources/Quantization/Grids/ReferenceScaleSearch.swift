import Tensors

/// The search of exllamav2 0.3.2, to compare with: scale codes follow from the columns' largest
/// weights, and one factor for the group, out of 97, minimizes `Σ |error|^3.5`.
///
/// Written plainly; what the Hessian says is ignored.
package struct ReferenceScaleSearch: ScaleSearch {
  package init() {}

  package func scales(for group: OpenGroup) -> GroupScales {
    let (weights, grid) = (group.weights, group.grid)
    let steps = weights.columnMaxima.map { grid.step(reaching: $0 + 1e-12) }
    let top = steps.max() ?? 0
    let codes = steps.map { step in
      min(max((16 * (step / top).squareRoot()).rounded(.toNearestOrEven), 1), 16)
    }
    let candidates = codes.map { ($0 / 16) * ($0 / 16) * top }

    var best = (factor: Float(1), error: Double.infinity)
    for i in 0...96 {
      let fraction = Float(i) / 96
      let factor = 0.70 * (1 - fraction) + 1.20 * fraction
      let error = Self.error(of: weights, on: grid, scales: candidates.map { $0 * factor })
      if error < best.error { best = (factor, error) }
    }
    let maximum = min(top * best.factor, grid.largestMaximum)
    return GroupScales(
      maximum: NumberFormat.binary16([maximum])[0],
      codes: codes.map { UInt8($0) - 1 })
  }

  private static func error(of weights: Matrix, on grid: EXL2Grid, scales: [Float]) -> Double {
    let range = grid.codeRange
    var total = 0.0
    weights.elements.withUnsafeBufferPointer { elements in
      for row in 0..<weights.rows {
        var sum: Float = 0
        for (column, scale) in scales.enumerated() {
          let weight = elements[row * weights.columns + column]
          let code = min(max(roundedToWhole(weight / scale), range.lowerBound), range.upperBound)
          let error = abs(code * scale - weight)
          sum += error * error * error * error.squareRoot()
        }
        total += Double(sum)
      }
    }
    return total
  }

  /// To the nearest whole number, exact below 2^22, beyond which clamping makes it irrelevant;
  /// `rounded()` is a function call on x86-64.
  private static func roundedToWhole(_ x: Float) -> Float { x + 12_582_912 - 12_582_912 }
}
