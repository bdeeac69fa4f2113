import BitAllocation
import Foundation
import Jobs

/// A comparison as one self-contained page with pictures. The same comparison gives the same bytes:
/// times aren't on it.
struct ComparisonPage {
  private let comparison: Comparison
  private let measurement: BitAllocation.Measurement
  private let series: [ComparisonSeries]
  private let grid: LayerGrid

  init(_ comparison: Comparison, of measurement: BitAllocation.Measurement) {
    self.comparison = comparison
    self.measurement = measurement
    series = ComparisonSeries.list(comparison)
    grid = LayerGrid(comparison.layers)
  }

  var text: String {
    let title = "\(measurement.model.architecture): strategies of bit allocation compared"
    let head = Markup.element(
      "head", [:],
      [
        .element("meta", ["charset": "utf-8"]),
        .element(
          "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("title", [:], [.text(title)]), .style(PageStyle.rules),
      ])
    let body = Markup.element(
      "body", [:], [introduction] + frontiers + measured + heatMaps + errors + tables)
    return "<!DOCTYPE html>\n"
      + Markup.element(
        "html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"], [head, body]
      ).xml
  }

  private var hasMeasured: Bool { comparison.agreement != nil }

  /// Whether there are so many blocks that pictures of them need the whole width.
  private var isDeep: Bool { grid.blocks > 24 }

  // MARK: - Words

  private var introduction: Markup {
    let model = measurement.model
    return .all([
      .element("h1", [:], ["Where the bits go"]),
      .element(
        "p", ["class": "soft"],
        [
          .text(
            "\(model.architecture), \(model.blocks) blocks, \(comparison.layers.count) linear layers, "
              + "\(model.weights) weights; measured on \(measurement.calibration.rows) rows of "
              + "\(measurement.calibration.tokens) tokens.")
        ]),
      .element("p", ["class": "lead"], [.text(headline)]),
    ])
  }

  /// The main result in a sentence or two.
  private var headline: String {
    let sizes = comparison.sizes.indices
    let middle =
      sizes.min {
        abs(comparison.sizes[$0].bitsPerWeight - 3.5)
          < abs(comparison.sizes[$1].bitsPerWeight - 3.5)
      } ?? 0
    let size = comparison.sizes[middle].bitsPerWeight
    let rivals = series.filter { $0.kind == .rival }
    guard let uniform = rivals.first(where: { $0.name == "uniform" }) ?? rivals.first else {
      return "The exact strategy alone."
    }
    let ratio = uniform.mean(middle) { $0.relativeError } ?? 1
    var text =
      "At \(size) bits per weight, \(uniform.name) is predicted to lose "
      + "\(ratio.formatted(digits: 3)) times as much as the best possible allocation"
    if let exact = comparison.entries[0].cells[middle].measured?.divergence.value, exact > 0,
      let other = uniform.mean(middle, { $0.measured?.divergence.value })
    {
      text += ", and measured it loses \((other / exact).formatted(digits: 3)) times as much"
    }
    return text + "."
  }

  // MARK: - Pictures

  private var legend: Markup {
    .element("p", ["class": "legend"], series.map { $0.style.key($0.label) })
  }

  private func section(_ title: String, _ words: String, _ content: [Markup]) -> [Markup] {
    [.element("h2", [:], [.text(title)]), .element("p", ["class": "soft"], [.text(words)])]
      + content
  }

  private func figure(_ content: Markup, caption: String? = nil) -> Markup {
    .element(
      "figure", [:],
      [content] + [caption].compactMap { $0.map { .element("figcaption", [:], [.text($0)]) } })
  }

  private var frontiers: [Markup] {
    section(
      "Error by size",
      "The line is the frontier: no allocation of a size has a smaller predicted error. To the right, "
        + "what each strategy loses in relation to it.",
      [
        .element(
          "div", ["class": "pair"], [figure(frontier.markup), figure(relative.markup)]),
        legend,
      ])
  }

  private var frontier: Plot {
    let sizes = comparison.sizes.map(\.bitsPerWeight)
    let shown = (sizes.min()! - 0.3)...(sizes.max()! + 0.3)
    let line = comparison.frontier.filter { shown.contains($0.bitsPerWeight) && $0.error > 0 }
    var plot = Plot(
      title: "Predicted error of every strategy by bits per weight", width: 520, height: 340,
      x: ("bits per weight", sizes + line.map(\.bitsPerWeight), false),
      y: (
        "predicted error",
        line.map(\.error) + series.flatMap { $0.cells.flatMap { $0.map(\.error) } }, true
      ))
    draw(into: &plot) { $0.error }
    plot.line(
      line.map { ($0.bitsPerWeight, $0.error) }, class: "c0", tooltip: "the least possible error")
    return plot
  }

  private var relative: Plot {
    var plot = Plot(
      title: "Error of every strategy in relation to the least possible", width: 520, height: 340,
      x: ("bits per weight", comparison.sizes.map(\.bitsPerWeight), false),
      y: (
        "error, in relation to the least",
        [1] + series.flatMap { $0.cells.flatMap { $0.map(\.relativeError) } }, true
      ))
    draw(into: &plot) { $0.relativeError }
    return plot
  }

  /// A line and marks for each series, the exact one last, on top.
  private func draw(into plot: inout Plot, _ value: (Comparison.Cell) -> Double) {
    for series in series.reversed() {
      let points = comparison.sizes.indices.compactMap { size in
        series.mean(size) { value($0) }.map {
          (series.mean(size) { $0.bitsPerWeight } ?? comparison.sizes[size].bitsPerWeight, $0)
        }
      }
      if series.kind != .reference {
        plot.line(points, class: series.style.classes, tooltip: series.label)
      }
      for (place, point) in points.enumerated() {
        let size = comparison.sizes[place].bitsPerWeight
        plot.mark(
          point, series.style.shape, class: series.style.classes,
          tooltip: "\(series.label) at \(size): \(point.1.formatted(digits: 4)), "
            + "\(point.0.formatted(digits: 5)) bits per weight used")
      }
    }
  }

  private var measured: [Markup] {
    guard let agreement = comparison.agreement else { return [] }
    let points = series.flatMap { series in
      series.cells.flatMap { $0 }.compactMap { cell in
        cell.measured.map { (series, cell, $0.divergence) }
      }
    }.filter { $0.1.error > 0 && $0.2.value > 0 }
    var plot = Plot(
      title: "Measured KL divergence by predicted error, rank correlation "
        + agreement.rankCorrelation.formatted(digits: 3),
      width: 640, height: 420, x: ("predicted error", points.map(\.1.error), true),
      y: ("measured KL divergence, nats per token", points.map(\.2.value), true))
    let ends = [plot.x.values.lowerBound, plot.x.values.upperBound]
      .map { min(max($0, plot.y.values.lowerBound), plot.y.values.upperBound) }
    plot.line(ends.map { ($0, $0) }, class: "gray dash1", tooltip: "measured as predicted")
    for (series, cell, divergence) in points.reversed() {
      plot.bar(
        x: cell.error, from: max(divergence.low, plot.y.values.lowerBound), to: divergence.high,
        class: series.style.classes)
      plot.mark(
        (cell.error, divergence.value), series.style.shape, class: series.style.classes,
        tooltip:
          "\(series.name), \(cell.bitsPerWeight.formatted(digits: 4)) bits per weight: predicted "
          + "\(cell.error.formatted(digits: 3)), measured \(divergence.value.formatted(digits: 3)) "
          + "[\(divergence.low.formatted(digits: 3)), \(divergence.high.formatted(digits: 3))]")
    }
    return section(
      "Predicted and measured",
      "Every allocation was built and run on text that nothing was chosen by. Rank correlation over all: "
        + "\(agreement.rankCorrelation.formatted(digits: 3)); measured divergences are "
        + "\(agreement.lowestRatio.formatted(digits: 2)) to "
        + "\(agreement.highestRatio.formatted(digits: 2)) times the predicted errors. Bars are 95 % "
        + "intervals, the dashed line is where both are the same.",
      [figure(plot.markup), legend])
  }

  private var heatMaps: [Markup] {
    let all = series.flatMap { $0.cells.compactMap(\.first) }
    let bits = all.flatMap { cell in
      zip(cell.layerBits, comparison.layers).map { Double($0) / Double($1.weights) }
    }
    let range = floor(bits.min() ?? 2)...max(ceil(bits.max() ?? 8), floor(bits.min() ?? 2) + 1)
    func map(_ series: ComparisonSeries, _ size: Int) -> Markup {
      let target = comparison.sizes[size].bitsPerWeight
      let title = "\(series.name) at \(target) bits per weight"
      return figure(
        HeatMap(grid, series.cells[size][0], range: range, title: title).markup, caption: title)
    }
    let exact = comparison.sizes.indices.map { map(series[0], $0) }
    let others = comparison.sizes.indices.map { size in
      Markup.element(
        "details", [:],
        [
          .element(
            "summary", [:],
            [
              .text(
                "The other strategies at \(comparison.sizes[size].bitsPerWeight) bits per weight")
            ]),
          .element(
            "div", ["class": isDeep ? "deep" : "pair"], series.dropFirst().map { map($0, size) }),
        ])
    }
    return section(
      "Bits per layer",
      "The exact allocation at every size: blocks from left to right, a line per role.",
      [HeatMap.legend(range), .element("div", ["class": isDeep ? "deep" : "pair"], exact)] + others)
  }

  private var errors: [Markup] {
    let roles = grid.roles
    let plots = comparison.sizes.indices.map { size in
      let cell = series[0].cells[size][0]
      let points = roles.map { role in
        (0..<grid.blocks).compactMap { block in
          grid.error(grid.layers(role, block: block), in: cell).map { (Double(block), $0) }
        }.filter { $0.1 > 0 }
      }
      let head = grid.error(grid.heads, in: cell).flatMap { $0 > 0 ? $0 : nil }
      let target = comparison.sizes[size].bitsPerWeight
      var plot = Plot(
        title: "Error by block and role of the exact allocation at \(target) bits per weight",
        width: 520, height: 280,
        x: ("block", [0, Double(grid.blocks)], false),
        y: ("error", points.flatMap { $0.map(\.1) } + [head].compactMap(\.self), true),
        xTicks: stride(from: 0, to: grid.blocks, by: max(1, grid.blocks / 8))
          .map { (Double($0), "\($0)") } + [(Double(grid.blocks), "head")])
      for (index, role) in roles.enumerated() {
        let style = StrategyStyle(.rival, index: index)
        plot.line(points[index], class: style.classes, tooltip: role)
        for point in points[index] {
          plot.mark(
            point, isDeep ? .dot : style.shape, class: style.classes,
            tooltip: "block \(Int(point.0)), \(role): \(point.1.formatted(digits: 3))")
        }
      }
      if let head {
        plot.mark(
          (Double(grid.blocks), head), .disc, class: "c0",
          tooltip: "head: \(head.formatted(digits: 3))")
      }
      return figure(plot.markup, caption: "exact at \(target) bits per weight")
    }
    let keys = roles.enumerated().map { StrategyStyle(.rival, index: $0.offset).key($0.element) }
    return section(
      "Error by layer",
      "What each layer adds to the predicted error of the exact allocation; the disc "
        + "at the right is the head.",
      [.element("div", ["class": "pair"], plots), .element("p", ["class": "legend"], keys)])
  }

  // MARK: - Tables

  private var tables: [Markup] {
    var result = section(
      "Predicted error", "In relation to the least possible, which the first line has.",
      [
        table(first: ("least error", { $0.error.formatted(digits: 4) })) { series, size in
          String(format: "%.3f", series.mean(size) { $0.relativeError } ?? 1)
        }
      ])
    if hasMeasured {
      result += section(
        "Measured KL divergence",
        "Nats per token, with 95 % intervals; * where the paired difference from exact is no accident.",
        [
          table { series, size in
            guard let value = series.mean(size, { $0.measured?.divergence.value }) else {
              return "–"
            }
            guard series.cells[size].count == 1, let found = series.cells[size][0].measured else {
              return value.formatted(digits: 3)
            }
            return "\(value.formatted(digits: 3)) [\(found.divergence.low.formatted(digits: 3)), "
              + "\(found.divergence.high.formatted(digits: 3))]\(series.isResolved(size) ? " *" : "")"
          }
        ])
    }
    result += section(
      "Bits per weight that were used", "No strategy may use more than the size.",
      [
        table { series, size in
          String(format: "%.4f", series.mean(size) { $0.bitsPerWeight } ?? 0)
        }
      ])
    return result
  }

  private func table(
    first: (String, (Comparison.Cell) -> String)? = nil,
    _ text: (ComparisonSeries, Int) -> String
  ) -> Markup {
    let sizes = comparison.sizes.indices
    func row(_ name: String, _ cells: [String], class style: String = "") -> Markup {
      .element(
        "tr", ["class": style],
        ([name] + cells).map { .element("td", [:], [.text($0)]) })
    }
    let header = Markup.element(
      "tr", [:],
      (["strategy"] + sizes.map { "\(comparison.sizes[$0].bitsPerWeight)" }).map {
        .element("th", [:], [.text($0)])
      })
    let top = first.map { name, value in row(name, series[0].cells.map { value($0[0]) }) }
    let rows = series.map { series in
      row(
        series.label, sizes.map { text(series, $0) },
        class: series.kind == .reference ? "best" : "")
    }
    return .element(
      "div", ["class": "scroll"],
      [
        .element(
          "table", [:],
          [
            .element("thead", [:], [header]),
            .element("tbody", [:], [top].compactMap(\.self) + rows),
          ])
      ])
  }
}
