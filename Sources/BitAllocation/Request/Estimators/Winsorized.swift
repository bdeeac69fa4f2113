import Foundation

/// The mean of N / D after its logarithms have been clamped to median ± 3 · 1.4826 · MAD, MAD being
/// the median distance from the median: about three standard deviations, where they are normal.
///
/// A row without error has no logarithm. It counts as it is, and the clamps are those of the others.
struct Winsorized: RowEstimator {
  /// How many standard deviations are no outlier.
  private static let deviations = 3.0
  /// What makes the MAD of normal values their standard deviation.
  private static let normal = 1.4826

  func estimate(_ rows: [RowError]) -> Double {
    let limits = limits(of: rows)
    return rows.mean { clamped($0, to: limits) }
  }

  func influences(_ rows: [RowError], on estimate: Double) -> [Double] {
    let limits = limits(of: rows)
    return rows.map { clamped($0, to: limits) / estimate - 1 }
  }

  private func limits(of rows: [RowError]) -> ClosedRange<Double> {
    let logarithms = rows.filter { $0.ratio > 0 }.map { (value: log($0.ratio), weight: $0.weight) }
    guard !logarithms.isEmpty else { return 0...0 }
    let median = weightedMedian(logarithms)
    let distance = weightedMedian(logarithms.map { (abs($0.value - median), $0.weight) })
    let reach = Self.deviations * Self.normal * distance
    return exp(median - reach)...exp(median + reach)
  }

  private func clamped(_ row: RowError, to limits: ClosedRange<Double>) -> Double {
    row.ratio > 0 ? min(max(row.ratio, limits.lowerBound), limits.upperBound) : 0
  }
}
