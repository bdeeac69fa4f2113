import Jobs

/// A strategy of a comparison as pictures show it: several seeds are one series.
struct ComparisonSeries {
  let name: String
  let summary: String
  let kind: Contender.Kind
  let style: StrategyStyle
  /// By size; several where there are seeds.
  let cells: [[Comparison.Cell]]

  /// In the comparison's order.
  static func list(_ comparison: Comparison) -> [ComparisonSeries] {
    var result: [ComparisonSeries] = []
    var counts: [Contender.Kind: Int] = [:]
    for entry in comparison.entries where !result.contains(where: { $0.name == entry.strategy }) {
      let same = comparison.entries.filter { $0.strategy == entry.strategy }
      let index = counts[entry.kind, default: 0]
      counts[entry.kind] = index + 1
      result.append(
        ComparisonSeries(
          name: entry.strategy, summary: entry.summary, kind: entry.kind,
          style: StrategyStyle(entry.kind, index: index),
          cells: comparison.sizes.indices.map { size in same.map { $0.cells[size] } }))
    }
    return result
  }

  /// The mean of a number over seeds, nil where it is missing.
  func mean(_ size: Int, _ value: (Comparison.Cell) -> Double?) -> Double? {
    let values = cells[size].compactMap(value)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// Whether all seeds differ from the exact strategy by more than chance, in the same direction.
  func isResolved(_ size: Int) -> Bool {
    let differences = cells[size].compactMap { $0.measured?.difference?.estimate }
    return !differences.isEmpty
      && (differences.allSatisfy { $0.low > 0 } || differences.allSatisfy { $0.high < 0 })
  }

  /// With the number of seeds, where it isn't one.
  var label: String { cells[0].count > 1 ? "\(name) (\(cells[0].count) seeds)" : name }
}
