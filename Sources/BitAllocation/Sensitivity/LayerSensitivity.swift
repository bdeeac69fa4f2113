/// What an error in one layer does to the model's predictions.
package struct LayerSensitivity: Codable, Equatable, Sendable {
  /// The layer's name in the measurement.
  package var name: String
  /// What its errors are to be multiplied by: what was observed, drawn towards what layers of its
  /// role and depth have in common as far as it is uncertain.
  package var coefficient: Double
  /// What was observed, in nats per token by squared relative error; nil where the layer made no
  /// error.
  package var observed: Double?
  /// Of `observed`, by drawing rows.
  package var standardError: Double?
  /// Whether the observation is certain enough to count.
  package var isResolved: Bool
  /// What was tried.
  package var observations: [Observation]

  package init(
    name: String, coefficient: Double, observed: Double?, standardError: Double?,
    isResolved: Bool, observations: [Observation]
  ) {
    self.name = name
    self.coefficient = coefficient
    self.observed = observed
    self.standardError = standardError
    self.isResolved = isResolved
    self.observations = observations
  }

  /// One change of a layer's weights, all others being the original's.
  package struct Observation: Codable, Equatable, Sendable {
    /// The option that the layer was quantized with; nil for noise.
    package var option: String?
    /// The norm of the noise relative to that of the weights; nil for an option.
    package var noise: Double?
    /// The layer's error over the compared rows, estimated as the optimizer's are.
    package var error: Double
    /// The KL divergence from the original's predictions, in nats per token.
    package var divergence: Double
    /// Of the divergence, by drawing rows.
    package var standardError: Double

    package init(
      option: String? = nil, noise: Double? = nil, error: Double, divergence: Double,
      standardError: Double
    ) {
      self.option = option
      self.noise = noise
      self.error = error
      self.divergence = divergence
      self.standardError = standardError
    }

    private enum CodingKeys: String, CodingKey {
      case option, noise, error
      case divergence = "kl_divergence"
      case standardError = "standard_error"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case name, coefficient, observed, observations
    case standardError = "standard_error"
    case isResolved = "resolved"
  }
}

extension LayerSensitivity {
  func validate() throws(DocumentProblem) {
    func check(_ value: Double?, _ what: String, from: Double) throws(DocumentProblem) {
      guard let value else { return }
      try BitAllocation.check(
        value.isFinite && value >= from, "layer '\(name)', \(what)", value,
        from == 0 ? "finite and zero or more" : "finite")
    }
    try check(coefficient, "coefficient", from: 0)
    try BitAllocation.check(
      AllocationRequest.factors ~= coefficient, "layer '\(name)', coefficient", coefficient,
      "from 0 to 1e12")
    try check(observed, "observed", from: -.greatestFiniteMagnitude)
    try check(standardError, "standard_error", from: 0)
    for observation in observations {
      try check(observation.error, "error", from: 0)
      try check(observation.divergence, "kl_divergence", from: -.greatestFiniteMagnitude)
      try check(observation.standardError, "standard_error", from: 0)
    }
  }
}

extension MeasuredLayer {
  /// A layer's error over some of the measured rows, given its squared output error on each of
  /// them.
  package func error(
    of errors: [Float], rows: [Int], estimator: ErrorEstimator, scale: ErrorScale
  ) -> Double {
    let reference = scale.reference(of: self)
    return estimator.estimate(errors: errors, reference: rows.map { reference[$0] })
  }

  /// The options nearest to so many bits per weight, each once. None is taken that another beats in
  /// both bits and error.
  package func options(nearestTo anchors: [Double]) -> [Int] {
    let sums = options.map { $0.errors.reduce(0) { $0 + Double($1) } }
    let useful = options.indices.filter { index in
      !options.indices.contains { other in
        (options[other].bits < options[index].bits && sums[other] <= sums[index])
          || (options[other].bits <= options[index].bits && sums[other] < sums[index])
      }
    }
    return anchors.reduce(into: []) { chosen, anchor in
      func distance(_ index: Int) -> Double {
        abs(Double(options[index].bits) / Double(weights) - anchor)
      }
      guard let nearest = useful.min(by: { distance($0) < distance($1) }) else { return }
      if !chosen.contains(nearest) { chosen.append(nearest) }
    }
  }
}
