import Foundation

/// Why no allocation can be made.
package enum AllocationError: LocalizedError, Equatable {
  /// The budget, here as bits per weight, is below the smallest allocation or above the largest.
  case unreachable(layers: Int, bitsPerWeight: Double, reachable: ClosedRange<Double>)
  /// A weight for a kind of text that wasn't measured on.
  case unknownStratum(String, known: [String])
  /// Weights of the kinds of text that aren't numbers from zero up, or are all zero.
  case uselessStrata
  case sensitivityOfUnknownLayer(String)
  case noSensitivity(layer: String)
  /// The fingerprints differ.
  case sensitivitiesOfAnotherModel(found: String, expected: String)
  /// A pattern that no layer's name matches.
  case ruleWithoutLayer(String, example: String)
  /// An option that a layer doesn't have.
  case unknownOption(String, layer: String, rule: String)
  /// Rules that leave a layer no option; its options take from `smallest` to `largest` bits per
  /// weight.
  case contradictoryRules(layer: String, rules: [String], smallest: Double, largest: Double)
  /// Bits per weight without the head need to know what the head takes.
  case unpinnedHead(String)
  /// An error that is no number, as weights, powers and what was measured make it.
  case unusableError(layer: String, option: String)
  /// A size in bytes, of a measurement that doesn't say what a model takes besides its layers.
  case unknownStorage
  /// What isn't quantized takes `besides`, and the layers at least what makes it `reachable`.
  case tooFewBytes(bytes: Int, besides: Int, reachable: ClosedRange<Int>)
  /// An allocation that can't have been made of the measurement.
  case allocationOfAnotherMeasurement(difference: String)

  package var errorDescription: String? {
    switch self {
    case .unreachable(let layers, let bitsPerWeight, let reachable):
      "\(layers) \(layers == 1 ? "layer" : "layers") cannot take \(decimal(bitsPerWeight)) bits "
        + "per weight: this menu reaches \(description(of: reachable)). "
        + "Choose --bits in that interval."
    case .unknownStratum(let name, let known):
      "There is no text '\(name)' in the measurement to give a weight to; it was made on "
        + "\(known.map { "'\($0)'" }.joined(separator: ", "))."
    case .uselessStrata:
      "The weights of the texts must be zero or more, and some text must have one above zero."
    case .sensitivityOfUnknownLayer(let layer):
      "The sensitivities have '\(layer)', which the measurement doesn't: they are of another model."
    case .noSensitivity(let layer):
      "The sensitivities don't have '\(layer)', which was measured. Find them again with "
        + "'bpw sensitivity'."
    case .sensitivitiesOfAnotherModel(let found, let expected):
      "The sensitivities are of a model with fingerprint \(found.prefix(12))…, but the measurement "
        + "is of one with \(expected.prefix(12))…. Find them again with 'bpw sensitivity'."
    case .ruleWithoutLayer(let rule, let example):
      "\(rule) matches no layer. Layers have names such as '\(example)'; * stands for any part."
    case .unknownOption(let option, let layer, let rule):
      "\(rule): '\(layer)' was not measured under an option '\(option)'."
    case .contradictoryRules(let layer, let rules, let smallest, let largest):
      "'\(layer)' is left no option by \(rules.joined(separator: " and ")); what was measured takes "
        + "from \(decimal(smallest)) to \(decimal(largest)) bits per weight."
    case .unpinnedHead(let head):
      "Bits per weight without the head can't be counted while '\(head)' has a choice. "
        + "Pin it with --head-bits."
    case .unusableError(let layer, let option):
      "The error of '\(layer)' under '\(option)' is beyond what can be computed with: what was measured, "
        + "or a power or weight that was asked for, is too large."
    case .unknownStorage:
      "The measurement doesn't say what the model takes besides its layers, so only --bits can be "
        + "asked for. Measure the model again to give a size in bytes."
    case .tooFewBytes(let bytes, let besides, let reachable):
      "\(bytes) bytes can't be reached: what isn't quantized takes \(besides) bytes, and with the "
        + "layers it is from \(reachable.lowerBound) to \(reachable.upperBound) bytes."
    case .allocationOfAnotherMeasurement(let difference):
      "The allocation is of another measurement: \(difference). "
        + "Give the measurement that it was made of."
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
