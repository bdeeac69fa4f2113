import Foundation
import Tensors

/// The rounding error of every column of a group as a function of its scale, known at 16 scales and
/// interpolated between them.
///
/// Scales are measured on a logarithmic axis, in points: point `i` of a column is the step that just
/// reaches its largest weight, times `highest · 2^(-i/8)`.
struct ErrorProfile {
  /// Above 1 because the code farthest from zero reaches farther than the step assumes.
  static let highest: Float = 1.1
  /// Down to 0.3 times the step that reaches the largest weight: less is worth it only for outliers
  /// farther out than any seen.
  private static let points = 16
  private static let pointsPerOctave: Float = 8

  private struct Column {
    /// Where the axis begins: log2(scale), in points.
    let origin: Float
    /// The square root of the best of the 16 scales.
    let bestRoot: Float
  }

  private let columns: [Column]  // (out)
  private let errors: Matrix  // (out, points)

  /// `steps` are the steps that reach the columns' largest weights, (out).
  init(of group: OpenGroup, steps: [Float]) {
    let factors = (0..<Self.points).map {
      Self.highest * exp2f(-Float($0) / Self.pointsPerOctave)
    }
    let scales = Matrix(
      rows: Self.points, columns: steps.count,
      elements: factors.flatMap { factor in steps.map { $0 * factor } })
    let errors = group.errors(scales: scales).transposed()
    self.errors = errors
    columns = steps.enumerated().map { index, step in
      let row = errors.row(index)
      let best = row.indices.min { row[$0] < row[$1] }! - row.startIndex
      return Column(
        origin: Self.pointsPerOctave * log2f(step * Self.highest),
        bestRoot: (step * factors[best]).squareRoot())
    }
  }

  /// What the group costs under a maximum if every column has its best code.
  func cost(maximum: Float) -> Double {
    var cost = 0.0
    forEachBestCode(maximum: maximum) { _, error in cost += Double(error) }
    return cost
  }

  /// The best scale codes under a maximum, (out); 0 for columns of zeros.
  func codes(maximum: Float) -> [UInt8] {
    var codes: [UInt8] = []
    codes.reserveCapacity(columns.count)
    forEachBestCode(maximum: maximum) { code, _ in codes.append(UInt8(code)) }
    return codes
  }

  /// Calls `body` with the better of the two codes whose scales enclose a column's best, and with
  /// its error, for one column after the other.
  private func forEachBestCode(maximum: Float, _ body: (_ code: Int, _ error: Float) -> Void) {
    let origin = Self.pointsPerOctave * log2f(maximum)
    let factor = Float(EXL2Grid.scaleCount) / maximum.squareRoot()
    errors.elements.withUnsafeBufferPointer { errors in
      for (index, column) in columns.enumerated() {
        guard column.bestRoot > 0 else {
          body(0, 0)
          continue
        }
        let profile = UnsafeBufferPointer(
          rebasing: errors[index * Self.points..<(index + 1) * Self.points])
        let below = Int(min(max(column.bestRoot * factor, 1), Float(EXL2Grid.scaleCount))) - 1
        let above = min(below + 1, EXL2Grid.scaleCount - 1)
        let start = column.origin - origin
        let errorBelow = Self.error(at: start + Self.codePoints[below], of: profile)
        let errorAbove = Self.error(at: start + Self.codePoints[above], of: profile)
        if errorAbove < errorBelow { body(above, errorAbove) } else { body(below, errorBelow) }
      }
    }
  }

  /// How far below a maximum the scales of its codes 0 … 15 lie, in points: they are
  /// `(code + 1)² / 256` of it.
  private static let codePoints: [Float] = (1...EXL2Grid.scaleCount).map {
    pointsPerOctave * 2 * log2f(Float(EXL2Grid.scaleCount) / Float($0))
  }

  /// The error at a place on a column's axis; beyond its ends it grows with the square of the scale,
  /// or of its inverse.
  private static func error(at place: Float, of profile: UnsafeBufferPointer<Float>) -> Float {
    let inside = min(max(place, 0), Float(points - 1))
    let point = min(Int(inside), points - 2)
    let fraction = inside - Float(point)
    let error = profile[point] * (1 - fraction) + profile[point + 1] * fraction
    return place == inside ? error : error * exp2f(2 * abs(place - inside) / pointsPerOctave)
  }
}
