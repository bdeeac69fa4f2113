/// Draws calibration rows with replacement: documents as wholes, where there are enough of them.
///
/// Where a request tells kinds of text apart, the rows of each are drawn among themselves, so that
/// none goes missing.
package struct RowResampler: Sendable {
  private let groups: [CountedRows]
  private let rows: Int
  private let seed: UInt64

  package init(_ calibration: Measurement.Calibration, _ request: AllocationRequest, seed: UInt64) {
    let strata = request.separatesStrata ? Set(calibration.rowStrata).sorted() : []
    groups =
      strata.isEmpty
      ? [CountedRows(calibration)] : strata.map { CountedRows(calibration, stratum: $0) }
    rows = calibration.rows
    self.seed = seed
  }

  /// How many things there are to draw.
  package var units: Int { groups.reduce(0) { $0 + $1.unitCount } }

  /// Whether all that is drawn are documents, not rows of them.
  package var drawsDocuments: Bool { groups.allSatisfy(\.areDocuments) }

  /// How often each row comes up in one of many resamples.
  package func multiplicities(_ resample: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: rows)
    for (index, group) in groups.enumerated() {
      let draws = group.drawnUnits(seed: seed, stream: resample * groups.count + index)
      for (row, unit) in zip(group.rows, group.units) { counts[row] = draws[unit] }
    }
    return counts
  }
}
