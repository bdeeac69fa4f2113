import Foundation
import Jobs

/// Bits per weight as colors: blocks from left to right, a line per role, the head apart.
struct HeatMap {
  private let grid: LayerGrid
  private let cell: Comparison.Cell
  private let range: ClosedRange<Double>
  private let title: String

  /// Colors are the same for the same bits wherever `range` is.
  init(_ grid: LayerGrid, _ cell: Comparison.Cell, range: ClosedRange<Double>, title: String) {
    self.grid = grid
    self.cell = cell
    self.range = range
    self.title = title
  }

  /// Steps of color.
  static let levels = 9
  private static let labelWidth = 104.0

  private var cellSize: (width: Double, height: Double) {
    (min(46, max(7, 560 / Double(max(grid.blocks, 1)))), grid.blocks > 24 ? 16 : 22)
  }

  var markup: Markup {
    let size = cellSize
    let left = Self.labelWidth
    let bottom = 18 + Double(max(grid.roles.count, 1)) * size.height
    let headPlace = left + Double(grid.blocks) * size.width + 14
    var content: [Markup] = []
    for (line, role) in grid.roles.enumerated() {
      let y = 18 + Double(line) * size.height
      content.append(text(role, left - 6, y + size.height / 2 + 4, "end"))
      for block in 0..<grid.blocks {
        let layers = grid.layers(role, block: block)
        guard let bits = grid.bitsPerWeight(layers, in: cell) else { continue }
        let options = Set(layers.map { cell.options[$0] })
        let count = layers.count > 1 ? " in \(layers.count) layers" : ""
        let option = options.count == 1 ? options.first ?? "" : "\(options.count) options"
        content.append(
          rectangle(
            x: left + Double(block) * size.width, y: y, size.width, size.height, bits,
            "block \(block), \(role)\(count): \(bits.formatted(digits: 4)) bits per weight, \(option)"
          ))
      }
    }
    let step = grid.blocks > 40 ? 10 : grid.blocks > 16 ? 5 : 1
    for block in stride(from: 0, to: grid.blocks, by: step) {
      content.append(text("\(block)", left + (Double(block) + 0.5) * size.width, 12, "middle"))
    }
    if let bits = grid.bitsPerWeight(grid.heads, in: cell) {
      let option = grid.heads.count == 1 ? cell.options[grid.heads[0]] : ""
      content.append(text("head", headPlace + 17, 12, "middle"))
      content.append(
        rectangle(
          x: headPlace, y: 18, 34, bottom - 18, bits,
          "head: \(bits.formatted(digits: 4)) bits per weight, \(option)"))
    }
    return .element(
      "svg",
      [
        "viewBox": "0 0 \((headPlace + 44).xy) \((bottom + 6).xy)", "role": "img",
        "aria-label": title, "style": "max-width:\(Int(headPlace + 44))px",
        "xmlns": "http://www.w3.org/2000/svg",
      ], content)
  }

  private func rectangle(
    x: Double, y: Double, _ width: Double, _ height: Double, _ bits: Double, _ tooltip: String
  ) -> Markup {
    .element(
      "rect",
      [
        "x": x.xy, "y": y.xy, "width": max(width - 1, 1).xy, "height": (height - 1).xy,
        "class": "heat\(Self.level(bits, in: range))",
      ], [Plot.tooltip(tooltip)])
  }

  private func text(_ label: String, _ x: Double, _ y: Double, _ anchor: String) -> Markup {
    .element(
      "text", ["x": x.xy, "y": y.xy, "text-anchor": anchor, "class": "tick"], [.text(label)])
  }

  private static func level(_ bits: Double, in range: ClosedRange<Double>) -> Int {
    let part = (bits - range.lowerBound) / max(range.upperBound - range.lowerBound, 1e-9)
    return max(0, min(levels - 1, Int(part * Double(levels))))
  }

  /// What the colors mean.
  static func legend(_ range: ClosedRange<Double>) -> Markup {
    let step = (range.upperBound - range.lowerBound) / Double(levels)
    return .element(
      "p", ["class": "legend"],
      (0..<levels).map { level in
        let from = range.lowerBound + Double(level) * step
        return .element(
          "span", ["class": "key"],
          [
            .element("span", ["class": "swatch heat\(level)"]),
            .text(String(format: "%.1f–%.1f", from, from + step)),
          ])
      } + ["bits per weight"])
  }
}
