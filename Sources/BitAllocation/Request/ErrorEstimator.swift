/// How the squared errors of a layer's calibration rows become one number.
///
/// The number is a squared relative error, because that is what adds up over the layers of a
/// model. With N a row's squared error and D the squared norm that it is relative to, a row's own is
/// N / D.
///
/// A row without any output (`reference` 0) is left out when the quantized layer has no output
/// there either. Otherwise it counts as a relative error of 1, as if the output were lost: a
/// finite value, which leaves the choice to the rows that can tell options apart. An option whose
/// rows are all left out has no error.
///
/// A new one is one file in `Estimators` and one case here.
package enum ErrorEstimator: String, CaseIterable, Codable, Sendable {
  /// `(mean sqrt(N / D))²`: the default, hardly moved by rows with huge outputs.
  case meanOfRatios = "mean-of-ratios"

  /// `mean N / D`: unbiased for the sum over layers, with a heavier tail.
  case meanSquaredRatio = "mean-squared-ratio"

  /// `sum N / sum D`: decided by the rows with the largest outputs.
  case ratioOfSums = "ratio-of-sums"

  /// `mean N / (D + τ)`, τ a tenth of the median D: rows with little output count for less.
  case tikhonov

  /// The mean of N / D without the largest and smallest tenth, averaged over bootstraps.
  case trimmedBootstrap = "trimmed-bootstrap"

  /// The mean of N / D after outliers have been brought back to where the others end.
  case winsorized

  /// `exp mean log (N / D)`: what biases all layers by the same factor cancels; tails are hidden.
  case geometricMean = "geometric-mean"

  /// The squared relative error of an option.
  ///
  /// `errors` and `reference` are squared Frobenius norms per row; without `rowWeights` all rows
  /// count the same, with them as often as they say. Whoever has many options makes an
  /// `ErrorTable`, which prepares once what depends on the rows alone.
  package func estimate(
    errors: [Float], reference: [Float], rowWeights: [Double]? = nil
  ) -> Double {
    precondition(errors.count == reference.count)
    precondition(rowWeights == nil || rowWeights?.count == errors.count)
    let rows = CountedRows(weights: rowWeights ?? errors.map { _ in 1 })
    return implementation(for: rows)
      .prepared(for: reference, of: rows)
      .estimate(ofAny: rows.errors(errors, reference: reference))
  }

  /// The estimator, made ready for the rows that count.
  func implementation(for rows: CountedRows) -> any RowEstimator {
    switch self {
    case .meanOfRatios: MeanOfRatios()
    case .meanSquaredRatio: MeanSquaredRatio()
    case .ratioOfSums: RatioOfSums()
    case .tikhonov: Tikhonov()
    case .trimmedBootstrap: TrimmedBootstrap(rows)
    case .winsorized: Winsorized()
    case .geometricMean: GeometricMean()
    }
  }
}
