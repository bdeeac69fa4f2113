/// `sum N / sum D`.
struct RatioOfSums: RowEstimator {
  func estimate(_ rows: [RowError]) -> Double {
    let reference = rows.mean(\.reference)
    return reference == 0 ? 1 : rows.mean(\.error) / reference
  }

  func influences(_ rows: [RowError], on estimate: Double) -> [Double] {
    let reference = rows.mean(\.reference)
    guard reference > 0 else { return rows.map { _ in 0 } }
    return rows.map { ($0.error / estimate - $0.reference) / reference }
  }
}
