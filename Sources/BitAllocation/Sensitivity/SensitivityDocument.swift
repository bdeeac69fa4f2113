/// What an error in each layer of a model does to the model's predictions, as a file.
///
/// A layer's coefficient times the error that an allocation's request makes of its measurement is
/// the KL divergence, in nats per token, that it adds: Σ over layers predicts the divergence of the
/// whole.
package struct SensitivityDocument: Equatable, Sendable {
  /// The model that was measured.
  package var model: Measurement.Model
  /// The rows that it was measured on; the coefficients come of some of them.
  package var calibration: Measurement.Calibration
  /// How the coefficients were found.
  package var settings: Settings
  /// How well they predict whole allocations; nil where that wasn't tried.
  package var gate: LinearityGate?
  /// Every layer of the measurement, in its order.
  package var layers: [LayerSensitivity]

  package init(
    model: Measurement.Model, calibration: Measurement.Calibration, settings: Settings,
    gate: LinearityGate?, layers: [LayerSensitivity]
  ) {
    self.model = model
    self.calibration = calibration
    self.settings = settings
    self.gate = gate
    self.layers = layers
  }

  /// How coefficients are found.
  package struct Settings: Codable, Equatable, Sendable {
    /// What is done to layers.
    package var method: Method
    /// The sizes, in bits per weight, near which layers are quantized.
    package var anchors: [Double]
    /// The sizes of the noise, relative to the weights' norm.
    package var noise: [Double]
    /// Of the measured rows those whose predictions are compared.
    package var rows: [Int]
    /// What the noise, the bootstrap and the gate's allocations depend on.
    package var seed: UInt64
    /// How rows' errors became one number: coefficients belong to it.
    package var estimator: ErrorEstimator
    /// What errors are relative to: coefficients belong to it.
    package var scale: ErrorScale

    package init(
      method: Method, anchors: [Double], noise: [Double], rows: [Int], seed: UInt64,
      estimator: ErrorEstimator, scale: ErrorScale
    ) {
      self.method = method
      self.anchors = anchors
      self.noise = noise
      self.rows = rows
      self.seed = seed
      self.estimator = estimator
      self.scale = scale
    }
  }

  /// What is done to one layer at a time.
  package enum Method: String, CaseIterable, Codable, Sendable {
    /// It is quantized.
    case anchor
    /// Noise is added to its weights.
    case noise
    /// Both; the two coefficients' geometric mean counts.
    case both
  }

  /// What errors are to be multiplied by, by layer.
  package var coefficients: [String: Double] {
    Dictionary(uniqueKeysWithValues: layers.map { ($0.name, $0.coefficient) })
  }

  /// Throws `AllocationError` unless the coefficients are of the measured model and its layers.
  package func check(against measurement: Measurement) throws(AllocationError) {
    guard model.fingerprint == measurement.model.fingerprint else {
      throw .sensitivitiesOfAnotherModel(
        found: model.fingerprint, expected: measurement.model.fingerprint)
    }
    let (found, expected) = (Set(layers.map(\.name)), Set(measurement.layers.map(\.name)))
    if let unknown = layers.map(\.name).first(where: { !expected.contains($0) }) {
      throw .sensitivityOfUnknownLayer(unknown)
    }
    if let missing = measurement.layers.map(\.name).first(where: { !found.contains($0) }) {
      throw .noSensitivity(layer: missing)
    }
  }
}

extension SensitivityDocument: Document {
  package static let kind = "bpw.sensitivities"
  package static let version = 1
  package static let writer = "bpw sensitivity"

  package var members: KeyValuePairs<String, any Encodable> {
    [
      "model": model, "calibration": calibration, "settings": settings, "gate": gate,
      "layers": layers,
    ]
  }

  /// Throws the first thing that is wrong with the values.
  package func validate() throws(DocumentProblem) {
    try calibration.validate()
    try BitAllocation.check(!settings.rows.isEmpty, "settings.rows, their number", 0, "at least 1")
    for row in settings.rows {
      try BitAllocation.check(
        0..<calibration.rows ~= row, "settings.rows", row, "in 0..<\(calibration.rows)")
    }
    try BitAllocation.check(
      AllocationProblem.layerCounts ~= layers.count, "the number of layers", layers.count,
      "between 1 and \(AllocationProblem.layerCounts.upperBound)")
    var names: Set<String> = []
    for layer in layers {
      guard names.insert(layer.name).inserted else { throw .duplicateLayer(layer.name) }
      try layer.validate()
    }
    try gate?.validate()
  }
}
