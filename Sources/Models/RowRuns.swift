/// Rows of a stored matrix that belong together: runs of equal length at equal distances.
///
/// Fused projections hold the rows of queries, keys and values one after the other, or head by head;
/// stacked experts hold one expert's rows after another's. All of these are such runs.
package struct RowRuns: Sendable, Hashable {
  /// The first row of the first run.
  package let first: Int
  /// Rows in a run.
  package let width: Int
  /// Rows from the beginning of one run to the beginning of the next.
  package let period: Int
  /// How many runs there are.
  package let count: Int

  /// Runs that must not overlap.
  package init(first: Int, width: Int, period: Int, count: Int) {
    precondition(count == 1 || period >= width)
    (self.first, self.width, self.period, self.count) = (first, width, period, count)
  }

  /// Consecutive rows.
  package init(_ rows: Range<Int>) {
    self.init(first: rows.lowerBound, width: rows.count, period: rows.count, count: 1)
  }

  /// Rows in all runs.
  package var total: Int { width * count }

  /// The runs in order.
  package var ranges: [Range<Int>] {
    (0..<count).map { first + $0 * period..<first + $0 * period + width }
  }

  /// The same runs of a matrix that begins at another's row.
  func shifted(by rows: Int) -> RowRuns {
    RowRuns(first: first + rows, width: width, period: period, count: count)
  }
}
