import Foundation

/// `exp mean log (N / D)`.
///
/// One row without error would make it zero whatever the others say. So no row counts for less than
/// a millionth of the option's mean: among 64 rows, one that is lower takes a fifth off the estimate.
struct GeometricMean: RowEstimator {
  private static let floor = 1e-6

  func estimate(_ rows: [RowError]) -> Double {
    let floor = floor(of: rows)
    return floor == 0 ? 0 : exp(rows.mean { log(max($0.ratio, floor)) })
  }

  func influences(_ rows: [RowError], on estimate: Double) -> [Double] {
    let floor = floor(of: rows)
    return rows.map { log(max($0.ratio, floor) / estimate) }
  }

  private func floor(of rows: [RowError]) -> Double { Self.floor * rows.mean(\.ratio) }
}
