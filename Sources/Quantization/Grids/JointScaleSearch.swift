import Foundation
import Tensors

/// Chooses every column's scale code by error, jointly with the group's maximum.
///
/// Errors are weighted as GPTQ weighs them. In three steps, from coarse to fine:
/// 1. Each column's error under 16 scales, evenly spaced on a logarithmic axis.
/// 2. The maximum under which the columns' best codes, with errors interpolated from these, cost
///    least. There is little between good ones: a tenth more or less costs a percent.
/// 3. For each column, the best of that code and its two neighbors, now with the error exactly as
///    GPTQ will make it within the group: carried from row to row.
package struct JointScaleSearch: ScaleSearch {
  package init() {}

  package func scales(for group: OpenGroup) -> GroupScales {
    let steps = group.weights.columnMaxima.map { group.grid.step(reaching: $0) }
    guard let top = steps.max(), top > 0 else {
      return GroupScales(maximum: 0, codes: [UInt8](repeating: 0, count: steps.count))
    }
    let profiles = group.profiles(steps: steps)
    let candidates = group.grid.maxima(reaching: top)
    let costs = candidates.map { maximum in
      profiles.reduce(0.0) { $0 + Double($1.bestCode(maximum: maximum).error) }
    }
    let best = candidates[costs.indices.min { costs[$0] < costs[$1] }!]
    return group.refined(
      codes: profiles.map { $0.bestCode(maximum: best).code },
      maximum: NumberFormat.binary16([best])[0])
  }
}

/// The axis of scales, as multiples of the step that just reaches a column's largest weight.
private enum Axis {
  static let points = 16
  /// A little more than 1: all codes then lie inside a column's range of weights.
  static let highest: Float = 1.1
  /// Sixteen of them go down to 0.3, for columns with far outliers.
  static let ratio: Float = 1.0905077  // 2^(1/8)
  static let factors = (0..<points).map { highest * powf(ratio, -Float($0)) }
  /// Where, counted in points from the scale of code 15, the scales of codes 0 … 15 lie.
  static let codes = (1...EXL2Grid.scaleCount).map { 2 * log2f(16 / Float($0)) * 8 }
}
