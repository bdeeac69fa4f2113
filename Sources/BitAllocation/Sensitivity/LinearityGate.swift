/// Whether errors, multiplied by the layers' coefficients, add up to what whole allocations lose.
package struct LinearityGate: Codable, Equatable, Sendable {
  /// The allocations that were tried.
  package var trials: [Trial]
  /// How well the coefficients predict them.
  package var withSensitivities: GateResult
  /// How well the errors alone do, all coefficients being 1.
  package var withoutSensitivities: GateResult

  /// A random allocation.
  package struct Trial: Codable, Equatable, Sendable {
    /// Its size.
    package var bitsPerWeight: Double
    /// Σ coefficient · error, in nats per token.
    package var predicted: Double
    /// Σ error.
    package var error: Double
    /// The KL divergence of the quantized model, in nats per token.
    package var divergence: Double

    package init(
      bitsPerWeight: Double, predicted: Double, error: Double, divergence: Double
    ) {
      self.bitsPerWeight = bitsPerWeight
      self.predicted = predicted
      self.error = error
      self.divergence = divergence
    }

    private enum CodingKeys: String, CodingKey {
      case predicted, error
      case bitsPerWeight = "bits_per_weight"
      case divergence = "kl_divergence"
    }
  }

  /// Judges trials, of which there must be one at least.
  package init(_ trials: [Trial]) {
    self.trials = trials
    let measured = trials.map(\.divergence)
    withSensitivities = GateResult(predicted: trials.map(\.predicted), measured: measured)
    withoutSensitivities = GateResult(predicted: trials.map(\.error), measured: measured)
  }

  private enum CodingKeys: String, CodingKey {
    case trials
    case withSensitivities = "with_sensitivities"
    case withoutSensitivities = "without_sensitivities"
  }

  func validate() throws(DocumentProblem) {
    for trial in trials {
      for value in [trial.bitsPerWeight, trial.predicted, trial.error, trial.divergence] {
        try check(value.isFinite && value >= 0, "gate.trials", value, "finite and zero or more")
      }
    }
  }
}
