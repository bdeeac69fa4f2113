/// One idea of how the errors of rows become one number.
protocol RowEstimator: Sendable {
  /// Made ready for a layer: what depends on the rows' outputs and on no option.
  func prepared(for reference: [Float], of rows: CountedRows) -> Self

  /// The squared relative error. There is at least one row.
  func estimate(_ rows: [RowError]) -> Double

  /// By how much each row moves the estimate's logarithm, if it counted alone: the influence
  /// function, whose mean is zero. `estimate` is that of the same rows, above zero.
  ///
  /// (Hampel, "The influence curve and its role in robust estimation", 1974.)
  func influences(_ rows: [RowError], on estimate: Double) -> [Double]
}

extension RowEstimator {
  func prepared(for reference: [Float], of rows: CountedRows) -> Self { self }

  /// Zero where all rows are left out.
  func estimate(ofAny rows: [RowError]) -> Double { rows.isEmpty ? 0 : estimate(rows) }
}

/// What an option loses in one row.
struct RowError {
  /// The row's place among those that count.
  let place: Int
  /// How often it counts, above zero.
  let weight: Double
  /// The squared norm of the error.
  let error: Double
  /// The squared norm that it is relative to; infinity where no error gets through.
  let reference: Double
  /// The squared relative error.
  let ratio: Double
}

extension CountedRows {
  /// The rows in which there is something to compare.
  func errors(_ errors: [Float], reference: [Float]) -> [RowError] {
    var result: [RowError] = []
    result.reserveCapacity(rows.count)
    for (place, row) in rows.enumerated() {
      let (error, reference) = (Double(errors[row]), Double(reference[row]))
      if reference == 0, error == 0 { continue }
      result.append(
        RowError(
          place: place, weight: weights[place], error: error, reference: reference,
          ratio: reference == 0 ? 1 : error / reference))
    }
    return result
  }
}

extension [RowError] {
  /// The weighted mean of something that every row has.
  func mean(_ value: (RowError) -> Double) -> Double {
    var (sum, total) = (0.0, 0.0)
    for row in self {
      sum += row.weight * value(row)
      total += row.weight
    }
    return sum / total
  }
}
