/// For every option of every layer one number that says how much it loses.
package struct ErrorTable: Equatable, Sendable {
  /// Squared relative errors, (layers, options).
  package var errors: [[Double]]
  /// Where the request shrinks: the squared standard errors of the errors' logarithms before that,
  /// without what a layer's options share, (layers, options).
  package private(set) var variances: [[Double]]?

  /// Estimates the errors as a request says, over all rows or over those of one stratum.
  ///
  /// `multiplicities` says how often each row counts, if not once: what a bootstrap has drawn.
  /// Throws `AllocationError.uselessStrata` where no kind of text counts.
  package init(
    _ measurement: Measurement, _ request: AllocationRequest, stratum: Int? = nil,
    multiplicities: [Int]? = nil
  ) throws(AllocationError) {
    let mixture = try ErrorMixture(
      measurement.calibration, request, stratum: stratum, multiplicities: multiplicities)
    let scale = request.scale
    guard request.shrinks else {
      errors = measurement.layers.map { mixture.errors(of: $0, reference: scale.reference(of: $0)) }
      return
    }
    let layers = measurement.layers.map { layer in
      let (errors, noise) = mixture.noisyErrors(
        of: layer, reference: scale.reference(of: layer))
      return NoisyLayer(
        role: layer.role,
        options: layer.options.indices.map {
          .init(
            name: layer.options[$0].option, bits: layer.options[$0].bits, error: errors[$0],
            variance: noise[$0])
        })
    }
    errors = NoisyLayer.shrunk(layers)
    variances = layers.map { $0.options.map(\.variance) }
  }
}

extension Measurement.Calibration {
  /// The strata that have rows.
  package var usedStrata: [Int] { Set(rowStrata).sorted() }
}
