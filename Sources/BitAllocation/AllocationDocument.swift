/// An allocation as a file: what to convert, and how the choice came about.
package struct AllocationDocument: Equatable, Sendable {
  /// The model that was measured; the allocation is for it alone.
  package var model: Measurement.Model
  /// The rows that were measured on, with enough to make them again.
  package var calibration: Measurement.Calibration
  /// How the layers were measured; the format is what they are converted to.
  package var settings: Measurement.Settings
  /// How rows' errors became one number per option.
  package var estimator: ErrorEstimator
  /// What errors are relative to.
  package var scale: ErrorScale
  /// The name of the strategy that made the choice.
  package var strategy: String
  /// What was asked for.
  package var targetBitsPerWeight: Double
  /// In bits.
  package var budget: Int
  /// What the layers take together.
  package var bits: Int
  /// Weights in all layers together.
  package var weights: Int
  /// What came out: `bits` by `weights`.
  package var bitsPerWeight: Double
  /// The sum of the layers' errors.
  package var predictedError: Double
  /// Nil from strategies that prove nothing.
  package var certificate: Certificate?
  /// In the order of the measurement, no name twice.
  package var layers: [AllocatedLayer]

  /// Describes the allocation that a strategy made from a measurement.
  package init(
    _ allocation: Allocation, of problem: AllocationProblem, from measurement: Measurement,
    estimator: ErrorEstimator, scale: ErrorScale, strategy: any AllocationStrategy,
    targetBitsPerWeight: Double
  ) {
    model = measurement.model
    calibration = measurement.calibration
    settings = measurement.settings
    self.estimator = estimator
    self.scale = scale
    self.strategy = strategy.name
    self.targetBitsPerWeight = targetBitsPerWeight
    budget = problem.budget
    bits = allocation.bits(in: problem)
    weights = problem.weights
    bitsPerWeight = Double(bits) / Double(weights)
    predictedError = allocation.error(in: problem)
    certificate = allocation.certificate
    layers = zip(problem.layers, allocation.options(in: problem)).map { layer, option in
      AllocatedLayer(
        name: layer.name, option: option.name, bits: option.bits, error: option.error)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case model, calibration, settings, estimator, scale, strategy, budget, bits, weights,
      certificate
    case layers
    case targetBitsPerWeight = "target_bits_per_weight"
    case bitsPerWeight = "bits_per_weight"
    case predictedError = "predicted_error"
  }
}

/// The option a layer is converted with.
package struct AllocatedLayer: Codable, Equatable, Sendable {
  /// The full name, such as "model.layers.0.self_attn.q_proj".
  package var name: String
  /// The option's name in the measurement, such as "0.1:4b_128g/0.9:3b_128g s4".
  package var option: String
  /// The exact size in the written file.
  package var bits: Int
  /// The squared relative error that `estimator` and `scale` make of the measured ones.
  package var error: Double

  package init(name: String, option: String, bits: Int, error: Double) {
    self.name = name
    self.option = option
    self.bits = bits
    self.error = error
  }
}

extension AllocationDocument: Document {
  package static let kind = "bpw.allocation"
  package static let version = 1
  package static let writer = "bpw optimize"

  package var members: KeyValuePairs<String, any Encodable> {
    [
      "model": model, "calibration": calibration, "settings": settings,
      "estimator": estimator, "scale": scale, "strategy": strategy,
      "target_bits_per_weight": targetBitsPerWeight, "budget": budget, "bits": bits,
      "weights": weights, "bits_per_weight": bitsPerWeight, "predicted_error": predictedError,
      "certificate": certificate, "layers": layers,
    ]
  }

  /// Throws the first thing in which the file contradicts itself.
  package func validate() throws(DocumentProblem) {
    try calibration.validate()
    try check(
      AllocationProblem.layerCounts ~= layers.count, "the number of layers", layers.count,
      "between 1 and \(AllocationProblem.layerCounts.upperBound)")
    try check(weights >= 1, "weights", weights, "at least 1")

    var names: Set<String> = []
    for layer in layers {
      guard names.insert(layer.name).inserted else { throw .duplicateLayer(layer.name) }
      try check(
        AllocationProblem.layerBits ~= layer.bits, "layer '\(layer.name)', bits", layer.bits,
        "between 1 and \(AllocationProblem.layerBits.upperBound)")
      try check(
        layer.error >= 0 && layer.error.isFinite, "layer '\(layer.name)', error", layer.error,
        "finite and zero or more")
    }

    try checkEqual("bits", stated: bits, computed: layers.reduce(0) { $0 + $1.bits })
    try check(bits <= budget, "bits", bits, "within the budget of \(budget)")
    try checkClose(
      "bits_per_weight", stated: bitsPerWeight, computed: Double(bits) / Double(weights))
    try checkClose(
      "predicted_error", stated: predictedError, computed: layers.reduce(0) { $0 + $1.error })
    if let certificate {
      try checkClose(
        "certificate.gap", stated: certificate.lowerBound + certificate.gap,
        computed: predictedError)
    }
  }
}
