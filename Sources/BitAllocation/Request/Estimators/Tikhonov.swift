/// `mean N / (D + τ)` with τ = c · median D, c = 0.1, which bounds what rows with next to no output
/// can claim: regularization as of an ill-posed division. Rows stand in for tokens.
///
/// Where all rows have the same output, it is the mean squared ratio by 1.1: a factor that all
/// layers share.
struct Tikhonov: RowEstimator {
  /// τ as a share of the median: much less than a usual row's output, much more than next to none.
  private static let share = 0.1

  /// τ.
  private var damping = 0.0

  func prepared(for reference: [Float], of rows: CountedRows) -> Tikhonov {
    // Rows without output are left out, or count as lost, whatever τ is.
    let outputs = zip(rows.rows, rows.weights)
      .map { (value: Double(reference[$0]), weight: $1) }
      .filter { $0.value > 0 }
    return Tikhonov(damping: outputs.isEmpty ? 0 : Self.share * weightedMedian(outputs))
  }

  func estimate(_ rows: [RowError]) -> Double { rows.mean(term) }

  func influences(_ rows: [RowError], on estimate: Double) -> [Double] {
    rows.map { term($0) / estimate - 1 }
  }

  private func term(_ row: RowError) -> Double {
    row.reference == 0 ? row.ratio : row.error / (row.reference + damping)
  }
}
