import BitAllocation
import Foundation
import Jobs

/// What `bpw compare` shows: tables of strategies by sizes.
struct ComparisonReport: Encodable {
  let measurement: String
  let page: String?
  let comparison: Comparison

  init(_ comparison: Comparison, measurement: String, page: String?) {
    self.comparison = comparison
    self.measurement = measurement
    self.page = page
  }

  private enum CodingKeys: CodingKey { case measurement, page, comparison }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("compare", self).text())
      return
    }
    for line in lines { console.result(line) }
    if let page { console.result("\nThe page is \(page)") }
  }

  var lines: [String] {
    var lines = ["Predicted error, in relation to the least possible"]
    lines += table { series, size in
      String(format: "%.3f", series.mean(size) { $0.relativeError } ?? 1)
    } firstRow: {
      ["least error"]
        + comparison.entries[0].cells.map { $0.error.formatted(digits: 4) }
    } lastColumn: {
      ("seconds", { $0.seconds })
    }
    lines += ["", proof, "", "Bits per weight that were used"]
    lines += table { series, size in
      String(format: "%.4f", series.mean(size) { $0.bitsPerWeight } ?? 0)
    }
    guard comparison.entries[0].cells[0].measured != nil else { return lines }
    lines += ["", "Measured KL divergence, nats per token, with 95 % intervals"]
    lines += table { series, size in
      let cells = series.cells[size]
      guard cells.count == 1, let found = cells[0].measured?.divergence else {
        return (series.mean(size) { $0.measured?.divergence.value } ?? 0).formatted(digits: 4)
      }
      return "\(found.value.formatted(digits: 4)) "
        + "[\(found.low.formatted(digits: 3)), \(found.high.formatted(digits: 3))]"
    }
    lines += [
      "", "The same in relation to exact; * where the paired difference is no accident (95 %)",
    ]
    lines += table { series, size in
      let exact = comparison.entries[0].cells[size].measured?.divergence.value ?? 0
      let own = series.mean(size) { $0.measured?.divergence.value } ?? 0
      return String(format: "%.3f", exact > 0 ? own / exact : 1)
        + (series.isResolved(size) ? "*" : " ")
    }
    lines += ["", "Predicted and measured"] + agreement
    return lines
  }

  private var proof: String {
    let exact = comparison.entries[0].cells
    let gap = exact.compactMap(\.gap).max() ?? 0
    return exact.allSatisfy { $0.proven == true }
      ? "The exact allocations are proven to be the best possible."
      : "The exact allocations are within \((100 * gap).formatted(digits: 2)) % of the best possible."
  }

  private var agreement: [String] {
    var table = Table(["", "rank correlation", "measured / predicted"])
    let sizes = comparison.sizes.map { ("\($0.bitsPerWeight) bits per weight", $0.agreement) }
    for (name, agreement) in sizes + [("all", comparison.agreement)] {
      guard let agreement else { continue }
      table.add([
        name, String(format: "%.3f", agreement.rankCorrelation),
        "\(agreement.lowestRatio.formatted(digits: 2)) to "
          + agreement.highestRatio.formatted(digits: 2),
      ])
    }
    return table.lines
  }

  /// A line per strategy, a column per size.
  private func table(
    _ text: (ComparisonSeries, Int) -> String, firstRow: () -> [String]? = { nil },
    lastColumn: () -> (name: String, value: (Comparison.Cell) -> Double)? = { nil }
  ) -> [String] {
    let last = lastColumn()
    let sizes = comparison.sizes.indices
    var table = Table(
      ["strategy"] + comparison.sizes.map { "\($0.bitsPerWeight)" }
        + [last?.name].compactMap(\.self))
    if let first = firstRow() { table.add(first + (last == nil ? [] : [""])) }
    for series in ComparisonSeries.list(comparison) {
      let count = series.cells[0].count
      let label = count > 1 ? "\(series.name) (mean of \(count))" : series.name
      let seconds = last.map { last in
        [
          (sizes.reduce(0) { $0 + (series.mean($1, last.value) ?? 0) } / Double(sizes.count))
            .formatted(digits: 2)
        ]
      }
      table.add([label] + sizes.map { text(series, $0) } + (seconds ?? []))
    }
    return table.lines
  }
}
