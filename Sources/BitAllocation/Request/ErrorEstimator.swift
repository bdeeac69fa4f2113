/// How the squared errors of a layer's calibration rows become one number.
///
/// The number is a squared relative error, because that is what adds up over the layers of a
/// model.
///
/// A row without any output (`reference` 0) is left out when the quantized layer has no output
/// there either. Otherwise it counts as a relative error of 1, as if the output were lost: a
/// finite value, which leaves the choice to the rows that can tell options apart. An option whose
/// rows are all left out has no error.
package enum ErrorEstimator: String, CaseIterable, Codable, Sendable {
  /// `(mean sqrt(N / D))²`: the default, hardly moved by rows with huge outputs.
  case meanOfRatios = "mean-of-ratios"

  /// `mean N / D`: unbiased for the sum over layers, with a heavier tail.
  case meanSquaredRatio = "mean-squared-ratio"

  /// `sum N / sum D`: decided by the rows with the largest outputs.
  case ratioOfSums = "ratio-of-sums"

  /// The squared relative error of an option.
  ///
  /// `errors` and `reference` are squared Frobenius norms per row; without `rowWeights` all rows
  /// count the same.
  package func estimate(
    errors: [Float], reference: [Float], rowWeights: [Double]? = nil
  ) -> Double {
    precondition(errors.count == reference.count)
    precondition(rowWeights == nil || rowWeights?.count == errors.count)
    let rows = errors.indices.map { row in
      (
        error: Double(errors[row]), reference: Double(reference[row]),
        weight: rowWeights?[row] ?? 1
      )
    }
    switch self {
    case .meanOfRatios:
      let mean = weightedMean(
        rows.map { (squaredRatio($0.error, $0.reference)?.squareRoot(), $0.weight) })
      return mean * mean
    case .meanSquaredRatio:
      return weightedMean(rows.map { (squaredRatio($0.error, $0.reference), $0.weight) })
    case .ratioOfSums:
      let error = rows.reduce(0) { $0 + $1.weight * $1.error }
      let reference = rows.reduce(0) { $0 + $1.weight * $1.reference }
      return squaredRatio(error, reference) ?? 0
    }
  }
}

/// `nil` where there is nothing to compare.
private func squaredRatio(_ error: Double, _ reference: Double) -> Double? {
  guard reference == 0 else { return error / reference }
  return error == 0 ? nil : 1
}

private func weightedMean(_ values: [(value: Double?, weight: Double)]) -> Double {
  var (sum, total) = (0.0, 0.0)
  for case (let value?, let weight) in values {
    sum += weight * value
    total += weight
  }
  return total == 0 ? 0 : sum / total
}
