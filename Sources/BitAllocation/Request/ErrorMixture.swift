/// How rows become one number per option: an estimate within each kind of text that is told apart,
/// and the weighted mean of these, `Σ v e / Σ v`.
struct ErrorMixture {
  private let parts: [Part]

  /// A kind of text, or all.
  private struct Part {
    /// What it counts for; all together one.
    let weight: Double
    let rows: CountedRows
    let estimator: any RowEstimator
  }

  /// The parts that a request tells apart: one stratum, those that it weights, or one of all rows.
  init(
    _ calibration: Measurement.Calibration, _ request: AllocationRequest, stratum: Int?,
    multiplicities: [Int]?
  ) throws(AllocationError) {
    let weights: [(stratum: Int?, weight: Double)] =
      if let stratum { [(stratum, 1)] } else { try request.strataWeights(calibration) }
    let total = weights.reduce(0) { $0 + $1.weight }
    parts = weights.map { stratum, weight in
      let rows = CountedRows(calibration, stratum: stratum, multiplicities: multiplicities)
      return Part(
        weight: weight / total, rows: rows, estimator: request.estimator.implementation(for: rows))
    }
  }

  /// Squared relative errors of a layer's options.
  func errors(of layer: MeasuredLayer, reference: [Float]) -> [Double] {
    mean(estimates(of: layer, reference: reference), of: layer)
  }

  /// Squared relative errors of a layer's options, and the squared standard errors of their logarithms
  /// without what the options have in common: a row that is hard for one is hard for all, which tells
  /// none of them apart. Zero where rows can't tell.
  func noisyErrors(
    of layer: MeasuredLayer, reference: [Float]
  ) -> (errors: [Double], noise: [Double]) {
    let estimates = estimates(of: layer, reference: reference)
    let errors = mean(estimates, of: layer)
    return (errors, noise(of: layer, errors: errors, estimates))
  }

  /// What a part makes of a layer's options.
  private struct PartEstimates {
    let estimator: any RowEstimator
    let rows: [[RowError]]  // (options, rows)
    let values: [Double]  // (options)
  }

  private func estimates(of layer: MeasuredLayer, reference: [Float]) -> [PartEstimates] {
    parts.map { part in
      let estimator = part.estimator.prepared(for: reference, of: part.rows)
      let rows = layer.options.map { part.rows.errors($0.errors, reference: reference) }
      return PartEstimates(
        estimator: estimator, rows: rows, values: rows.map { estimator.estimate(ofAny: $0) })
    }
  }

  private func mean(_ estimates: [PartEstimates], of layer: MeasuredLayer) -> [Double] {
    layer.options.indices.map { option in
      zip(parts, estimates).reduce(0) { $0 + $1.0.weight * $1.1.values[option] }
    }
  }

  private func noise(
    of layer: MeasuredLayer, errors: [Double], _ estimates: [PartEstimates]
  ) -> [Double] {
    var deviations = layer.options.map { _ in [Double]() }  // (options, units)
    for (part, estimate) in zip(parts, estimates) {
      for (index, own) in estimate.values.enumerated() {
        guard own > 0 else {
          deviations[index] += [Double](repeating: 0, count: part.rows.unitCount)
          continue
        }
        // The part's share of the mixture is what its logarithm moves the mixture's by.
        let share = part.weight * own / errors[index]
        let rows = estimate.rows[index]
        deviations[index] += part.rows.deviations(
          rows, influences: estimate.estimator.influences(rows, on: own)
        ).map { share * $0 }
      }
    }
    let counted = errors.indices.filter { errors[$0] > 0 }
    guard let units = deviations.first?.count, !counted.isEmpty else {
      return errors.map { _ in 0 }
    }
    let shared = (0..<units).map { unit in
      counted.reduce(0) { $0 + deviations[$1][unit] } / Double(counted.count)
    }
    return errors.indices.map { option in
      errors[option] > 0
        ? zip(deviations[option], shared).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } : 0
    }
  }
}

extension CountedRows {
  /// How far each unit moves an estimate's logarithm; the sum of squares is its variance.
  ///
  /// A unit that counts several times stands for as many units that are alike, as in a bootstrap.
  fileprivate func deviations(_ errors: [RowError], influences: [Double]) -> [Double] {
    let total = errors.reduce(0) { $0 + $1.weight }
    var sums = [Double](repeating: 0, count: unitCount)
    var multiplicities = sums
    for (error, influence) in zip(errors, influences) {
      sums[units[error.place]] += error.weight * influence / total
      multiplicities[units[error.place]] = error.weight
    }
    let count = multiplicities.reduce(0, +)
    guard count > 1 else { return sums.map { _ in 0 } }
    let correction = count / (count - 1)
    return zip(sums, multiplicities).map { sum, multiplicity in
      multiplicity > 0 ? sum * (correction / multiplicity).squareRoot() : 0
    }
  }
}

extension AllocationRequest {
  /// Whether kinds of text are told apart, so that the rows of each are a sample of their own.
  var separatesStrata: Bool { strata != nil || objective == .worstStratum }

  /// The strata that count and have rows, with their weights; one of all rows where they aren't told
  /// apart.
  fileprivate func strataWeights(
    _ calibration: Measurement.Calibration
  ) throws(AllocationError) -> [(stratum: Int?, weight: Double)] {
    guard let strata else { return [(nil, 1)] }
    let weights = calibration.usedStrata
      .map { (stratum: Optional($0), weight: strata[calibration.strata[$0]] ?? 1) }
    guard weights.allSatisfy({ $0.weight >= 0 && $0.weight.isFinite }),
      weights.contains(where: { $0.weight > 0 })
    else { throw .uselessStrata }
    return weights.filter { $0.weight > 0 }
  }
}
