/// For every option of every layer one number that says how much it loses.
package struct ErrorTable: Equatable, Sendable {
  /// Squared relative errors, (layers, options).
  package var errors: [[Double]]

  /// Estimates the errors as a request says, over all rows or over those of one stratum.
  package init(
    _ measurement: Measurement, _ request: AllocationRequest, stratum: Int? = nil
  ) throws(AllocationError) {
    let rowStrata = measurement.calibration.rowStrata
    let weights: [Double]? =
      if let stratum {
        rowStrata.map { $0 == stratum ? 1 : 0 }
      } else {
        request.strata.map { strata in
          measurement.calibration.rowWeights(
            ofStrata: measurement.calibration.strata.map { strata[$0] ?? 1 })
        }
      }
    errors = measurement.layers.map { layer in
      let reference = request.scale.reference(of: layer)
      return layer.options.map {
        request.estimator.estimate(
          errors: $0.errors, reference: reference, rowWeights: weights)
      }
    }
  }
}

extension Measurement {
  /// The strata that have rows.
  package var usedStrata: [Int] { Set(calibration.rowStrata).sorted() }
}
