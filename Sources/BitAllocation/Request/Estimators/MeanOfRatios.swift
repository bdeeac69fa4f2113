/// `(mean sqrt(N / D))²`, as EXL2's measurement has it.
struct MeanOfRatios: RowEstimator {
  func estimate(_ rows: [RowError]) -> Double {
    let mean = rows.mean { $0.ratio.squareRoot() }
    return mean * mean
  }

  func influences(_ rows: [RowError], on estimate: Double) -> [Double] {
    let mean = estimate.squareRoot()
    return rows.map { 2 * ($0.ratio.squareRoot() / mean - 1) }
  }
}
