import CKernels
import Foundation
import Tensors
import Testing

/// The kernels of the scale search, against their formulas in double precision.
@Suite struct ScaleKernelsTests {
  private let points = Int(CK_EXL2_POINTS)

  /// Errors that fall and rise along each column's axis, (points, columns).
  private func profiles(columns: Int) -> (errors: [Float], steps: [Float], factors: [Float]) {
    var random = SeededGenerator(seed: 1)
    var errors = [Float](repeating: 0, count: points * columns)
    var steps = [Float](repeating: 0, count: columns)
    for column in 0..<columns {
      steps[column] = column % 7 == 3 ? 0 : expf(2 * random.nextNormal() - 4)
      let least = 15 * random.nextUniform()
      for point in 0..<points {
        let distance = Double(point) - least
        errors[point * columns + column] = Float(1 + distance * distance)
      }
    }
    return (errors, steps, (0..<points).map { 1.1 * exp2f(-Float($0) / 8) })
  }

  @Test("place columns on their axis", arguments: [16, 48, 160])
  func profile(columns: Int) {
    let (errors, steps, factors) = profiles(columns: columns)
    var origins = [Float](repeating: 0, count: columns)
    var roots = origins
    ck_exl2_profile(&origins, &roots, errors, steps, factors, columns)
    for column in 0..<columns {
      guard steps[column] > 0 else {
        #expect(roots[column] == 0)
        continue
      }
      let best = (0..<points).min {
        errors[$0 * columns + column] < errors[$1 * columns + column]
      }!
      let root = (Double(steps[column]) * Double(factors[best])).squareRoot()
      #expect(abs(Double(roots[column]) - root) < 1e-6 * root)
      #expect(abs(Double(origins[column]) - 8 * log2(Double(steps[column] * factors[0]))) < 1e-4)
    }
  }

  @Test(
    "choose the better of two codes", arguments: [16, 48, 160], [0.001, 0.05, 1, 30] as [Float])
  func bestCodes(columns: Int, maximum: Float) {
    let (errors, steps, factors) = profiles(columns: columns)
    var origins = [Float](repeating: 0, count: columns)
    var roots = origins
    ck_exl2_profile(&origins, &roots, errors, steps, factors, columns)
    var codes = [UInt8](repeating: 99, count: columns)
    let cost = ck_exl2_best_codes(&codes, errors, origins, roots, maximum, columns)
    #expect(cost == ck_exl2_best_codes(nil, errors, origins, roots, maximum, columns))

    func error(_ code: Int, _ column: Int) -> Double {
      let scale = Double((code + 1) * (code + 1)) / 256 * Double(maximum)
      let place = 8 * log2(Double(steps[column] * factors[0]) / scale)
      let inside = min(max(place, 0), Double(points - 1))
      let point = min(Int(inside), points - 2)
      let (low, high) = (
        Double(errors[point * columns + column]), Double(errors[(point + 1) * columns + column])
      )
      let part = inside - Double(point)
      return (low * (1 - part) + high * part) * exp2(abs(place - inside) / 4)
    }
    var total = 0.0
    for column in 0..<columns {
      guard steps[column] > 0 else {
        #expect(codes[column] == 0)
        continue
      }
      let below = min(max(Double(roots[column]) * 16 / Double(maximum).squareRoot(), 1), 16)
      // Next to a whole number, rounding decides between this pair of codes and the one below.
      let pairs = [below - 1e-5, below + 1e-5].map { min(max(Int($0), 1), 16) - 1 }
      let allowed = Set(pairs.flatMap { [$0, min($0 + 1, 15)] })
      let chosen = error(Int(codes[column]), column)
      #expect(allowed.contains(Int(codes[column])))
      #expect(
        pairs.contains { chosen <= 1.0001 * min(error($0, column), error(min($0 + 1, 15), column)) }
      )
      total += chosen
    }
    #expect(abs(cost - total) < 1e-4 * total)
  }

  @Test("carry errors as the rows are rounded", arguments: [2, 32, 128])
  func carriedErrors(rows: Int) {
    let columns = 32
    var random = SeededGenerator(seed: 2)
    func numbers(_ count: Int, _ size: Float) -> [Float] {
      (0..<count).map { _ in size * random.nextNormal() }
    }
    let (x, carry) = (numbers(rows * columns, 1), numbers(rows * rows, 0.05))
    let h = (0..<rows).map { _ in expf(random.nextNormal()) }
    let scales = (0..<3 * columns).map { _ in 0.2 + 0.3 * Float(random.nextUniform()) }
    var errors = [Float](repeating: 0, count: 3 * columns)
    ck_exl2_carried_errors(
      &errors, x, columns, h, carry, rows, rows, scales, 3, 8, columns)
    // In single precision and the kernel's order: one code more would make all that follows differ.
    for (index, scale) in scales.enumerated() {
      let column = index % columns
      var (total, before): (Float, [Float]) = (0, [])
      let inverse = 1 / scale
      for r in 0..<rows {
        var v = x[r * columns + column]
        for (i, error) in before.enumerated() { v -= carry[r * rows + i] * error }
        let code = min(max(v * inverse, -8), 7).rounded(.toNearestOrEven)
        before.append(v - code * scale)
        total += h[r] * before[r] * before[r]
      }
      #expect(errors[index] == total)
    }
  }
}
