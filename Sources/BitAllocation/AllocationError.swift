import Foundation

/// Why no allocation can be made.
package enum AllocationError: LocalizedError, Equatable {
  /// The budget, here as bits per weight, is below the smallest allocation or above the largest.
  case unreachable(layers: Int, bitsPerWeight: Double, reachable: ClosedRange<Double>)
  /// `UniformStrategy` has no option to give to all layers.
  case noCommonOption(layer: String)

  package var errorDescription: String? {
    switch self {
    case .unreachable(let layers, let bitsPerWeight, let reachable):
      "\(layers) \(layers == 1 ? "layer" : "layers") cannot take \(decimal(bitsPerWeight)) bits "
        + "per weight: this menu reaches \(description(of: reachable)). "
        + "Choose --bits in that interval."
    case .noCommonOption(let layer):
      "There is no option that all layers have: '\(layer)' shares none with the layers before it. "
        + "Choose another --strategy."
    }
  }
}

/// Both ends rounded inwards, so that they can be asked for as printed.
private func description(of interval: ClosedRange<Double>) -> String {
  for scale in [1e2, 1e4, 1e6] {
    let low = (interval.lowerBound * scale).rounded(.up) / scale
    let high = (interval.upperBound * scale).rounded(.down) / scale
    if low < high { return "from \(decimal(low)) to \(decimal(high))" }
  }
  return "\(interval.lowerBound) only"
}

/// At most six decimals, and no zeros at the end.
private func decimal(_ value: Double) -> String {
  let rounded = (value * 1e6).rounded() / 1e6
  return rounded == rounded.rounded() && abs(rounded) < 1e15
    ? "\(Int(rounded))" : "\(rounded)"
}
