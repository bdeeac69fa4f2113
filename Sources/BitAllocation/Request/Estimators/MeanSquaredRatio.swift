/// `mean N / D`.
struct MeanSquaredRatio: RowEstimator {
  func estimate(_ rows: [RowError]) -> Double { rows.mean(\.ratio) }

  func influences(_ rows: [RowError], on estimate: Double) -> [Double] {
    rows.map { $0.ratio / estimate - 1 }
  }
}
