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
    lines += table { row in
      String(format: "%.3f", row.mean { $0.relativeError })
    } firstRow: {
      ["least error"]
        + comparison.entries[0].cells.map { $0.error.formatted(digits: 4) }
    } lastColumn: {
      ("seconds", { $0.seconds })
    }
    lines += ["", proof, "", "Bits per weight that were used"]
    lines += table { String(format: "%.4f", $0.mean { $0.bitsPerWeight }) }
    guard comparison.entries[0].cells[0].measured != nil else { return lines }
    lines += ["", "Measured KL divergence, nats per token, with 95 % intervals"]
    lines += table { row in
      guard row.cells.count == 1, let found = row.cells[0].measured?.divergence else {
        return row.mean { $0.measured?.divergence.value ?? 0 }.formatted(digits: 4)
      }
      return "\(found.value.formatted(digits: 4)) "
        + "[\(found.low.formatted(digits: 3)), \(found.high.formatted(digits: 3))]"
    }
    lines += [
      "", "The same in relation to exact; * where the paired difference is no accident (95 %)",
    ]
    lines += table { row in
      let exact = comparison.entries[0].cells[row.size].measured?.divergence.value ?? 0
      let ratio = exact > 0 ? row.mean { $0.measured?.divergence.value ?? 0 } / exact : 1
      return String(format: "%.3f", ratio) + (row.isResolved ? "*" : " ")
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

  /// The cells of a strategy at a size: several where it has several seeds.
  private struct Row {
    let size: Int
    let cells: [Comparison.Cell]

    func mean(_ value: (Comparison.Cell) -> Double) -> Double {
      cells.reduce(0) { $0 + value($1) } / Double(cells.count)
    }

    /// Whether all differ from the exact strategy's by more than chance, in the same direction.
    var isResolved: Bool {
      let differences = cells.compactMap { $0.measured?.difference?.estimate }
      return !differences.isEmpty
        && (differences.allSatisfy { $0.low > 0 } || differences.allSatisfy { $0.high < 0 })
    }
  }

  /// A line per strategy, a column per size.
  private func table(
    _ text: (Row) -> String, firstRow: () -> [String]? = { nil },
    lastColumn: () -> (name: String, value: (Comparison.Cell) -> Double)? = { nil }
  ) -> [String] {
    let last = lastColumn()
    var table = Table(
      ["strategy"] + comparison.sizes.map { "\($0.bitsPerWeight)" }
        + [last?.name].compactMap(\.self))
    if let first = firstRow() { table.add(first + (last == nil ? [] : [""])) }
    var names: [String] = []
    for entry in comparison.entries where !names.contains(entry.strategy) {
      names.append(entry.strategy)
    }
    for name in names {
      let same = comparison.entries.filter { $0.strategy == name }
      let rows = comparison.sizes.indices.map { size in
        Row(size: size, cells: same.map { $0.cells[size] })
      }
      let label = same.count > 1 ? "\(name) (mean of \(same.count))" : name
      let seconds = last.map { last in
        [(rows.reduce(0) { $0 + $1.mean(last.value) } / Double(rows.count)).formatted(digits: 2)]
      }
      table.add([label] + rows.map(text) + (seconds ?? []))
    }
    return table.lines
  }
}
