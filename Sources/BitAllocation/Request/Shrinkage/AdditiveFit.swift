import Foundation

/// The logarithms of one role's errors as level of the layer plus curve of the options plus rest, by
/// least squares.
struct AdditiveFit {
  /// In the order given.
  private(set) var layers: [Layer] = []
  /// The variance of the rests that noise doesn't explain.
  private(set) var realVariance = 0.0

  /// By option of the layer; nil for an error of zero, which has no logarithm.
  struct Layer {
    /// What the role has for the option: the same in all layers but for a constant.
    let curve: [Double?]
    /// What the sum of level and curve leaves.
    let residuals: [Double?]
  }

  /// Rounds of fitting, one after the other, levels and curve. Where all layers have all options,
  /// the first is exact.
  private static let rounds = 200
  /// The change at which to stop.
  private static let tolerance = 1e-13

  private struct Cell {
    let layer: Int
    let column: Int
    let value: Double
    let variance: Double
  }

  /// All of one role.
  init(_ noisy: [NoisyLayer]) {
    let names = Set(noisy.flatMap { $0.options.map(\.name) }).sorted()
    let columns = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    let cells = noisy.enumerated().flatMap { index, layer in
      layer.options.filter { $0.error > 0 }.map {
        Cell(
          layer: index, column: columns[$0.name, default: 0], value: log($0.error),
          variance: $0.variance)
      }
    }
    let (levels, curve) = Self.fit(cells, layers: noisy.count, columns: names.count)
    func residual(_ cell: Cell) -> Double { cell.value - levels[cell.layer] - curve[cell.column] }
    layers = noisy.enumerated().map { index, layer in
      let places = layer.options.map { $0.error > 0 ? columns[$0.name, default: 0] : nil }
      return Layer(
        curve: places.map { $0.map { curve[$0] } },
        residuals: zip(layer.options, places).map { option, place in
          place.map { log(option.error) - levels[index] - curve[$0] }
        })
    }
    // A level for each layer and a curve, of which one constant is arbitrary.
    let freedom =
      cells.count - Set(cells.map(\.layer)).count - Set(cells.map(\.column)).count + 1
    guard freedom > 0 else { return }
    let spread = cells.reduce(0) { $0 + residual($1) * residual($1) } / Double(freedom)
    let noise = cells.reduce(0) { $0 + $1.variance } / Double(cells.count)
    realVariance = max(0, spread - noise)
  }

  private static func fit(
    _ cells: [Cell], layers: Int, columns: Int
  ) -> (levels: [Double], curve: [Double]) {
    var levels = [Double](repeating: 0, count: layers)
    var curve = [Double](repeating: 0, count: columns)
    for _ in 0..<rounds {
      let before = curve
      levels = means(cells, layers, by: \.layer) { $0.value - curve[$0.column] }
      curve = means(cells, columns, by: \.column) { $0.value - levels[$0.layer] }
      if zip(before, curve).allSatisfy({ abs($0 - $1) <= tolerance }) { break }
    }
    return (levels, curve)
  }

  private static func means(
    _ cells: [Cell], _ count: Int, by index: (Cell) -> Int, _ value: (Cell) -> Double
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    var counts = sums
    for cell in cells {
      sums[index(cell)] += value(cell)
      counts[index(cell)] += 1
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
  }
}
