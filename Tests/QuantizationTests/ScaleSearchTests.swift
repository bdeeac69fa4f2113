import Foundation
import Quantization
import Tensors
import Testing

@Suite struct ScaleSearchTests {
  private func group(bits: Int, rows: Int, outputs: Int, seed: UInt64) -> OpenGroup {
    var random = SeededGenerator(seed: seed)
    let sizes = (0..<outputs).map { _ in expf(0.5 * random.nextNormal()) }
    var carry = Matrix(rows: rows, columns: rows)
    for r in 0..<rows {
      for k in 0..<r { carry[r, k] = 0.1 * random.nextNormal() }
    }
    return OpenGroup(
      grid: EXL2Grid(bits: bits),
      weights: Matrix(
        rows: rows, columns: outputs,
        elements: (0..<rows * outputs).map { sizes[$0 % outputs] * 0.05 * random.nextNormal() }),
      importance: (0..<rows).map { _ in expf(random.nextNormal()) }, carry: carry)
  }

  /// What GPTQ makes of the group under these scales, straight from its definition, (out).
  private func errors(of group: OpenGroup, scales: GroupScales) -> [Double] {
    let (values, range) = (scales.values, group.grid.codeRange)
    return (0..<group.weights.columns).map { column in
      var total = 0.0
      var errors: [Double] = []
      for row in 0..<group.weights.rows {
        var weight = Double(group.weights[row, column])
        for (k, error) in errors.enumerated() { weight -= Double(group.carry[row, k]) * error }
        let scale = Double(values[column])
        let code = scale > 0 ? (weight / scale).rounded() : 0
        let clamped = min(max(code, Double(range.lowerBound)), Double(range.upperBound))
        errors.append(weight - clamped * scale)
        total += Double(group.importance[row]) * errors[row] * errors[row]
      }
      return total
    }
  }

  @Test(
    "costs less than the reference, little more than the best codes",
    arguments: [2, 3, 4, 5, 6, 8], [32, 128])
  func nearlyBest(bits: Int, rows: Int) {
    let outputs = 128
    let group = group(bits: bits, rows: rows, outputs: outputs, seed: UInt64(bits))
    let scales = JointScaleSearch().scales(for: group)
    let found = errors(of: group, scales: scales)
    var best = found
    for code in 0..<UInt8(16) {
      let same = GroupScales(
        maximum: scales.maximum, codes: [UInt8](repeating: code, count: outputs))
      best = zip(best, errors(of: group, scales: same)).map(min)
    }
    let total = found.reduce(0, +)
    #expect(total < 1.03 * best.reduce(0, +))
    let reference = errors(of: group, scales: ReferenceScaleSearch().scales(for: group))
    #expect(total < reference.reduce(0, +))
  }

  @Test func doesNotMindLongGroupsAndOutliers() {
    let long = group(bits: 3, rows: 320, outputs: 16, seed: 1)
    #expect(
      errors(of: long, scales: JointScaleSearch().scales(for: long)).reduce(0, +)
        < errors(of: long, scales: ReferenceScaleSearch().scales(for: long)).reduce(0, +))
    var weights = long.weights
    weights[5, 2] = 40
    let withOutlier = OpenGroup(
      grid: long.grid, weights: weights, importance: long.importance, carry: long.carry)
    let scales = JointScaleSearch().scales(for: withOutlier).values
    #expect(scales.allSatisfy { $0 > 0 && $0.isFinite })
  }

  @Test func followsTheReferenceOnItsOwnFormulas() {
    // Two columns whose largest weights have the ratio 1/4: scale codes 15 and 7.
    var weights = Matrix(rows: 32, columns: 16)
    for row in 0..<32 {
      weights[row, 0] = Float(row % 16) - 7.5
      weights[row, 1] = weights[row, 0] / 4
    }
    let group = OpenGroup(
      grid: EXL2Grid(bits: 4), weights: weights, importance: [Float](repeating: 1, count: 32),
      carry: Matrix(rows: 32, columns: 32))
    let scales = ReferenceScaleSearch().scales(for: group)
    #expect(scales.codes == [15, 7] + [UInt8](repeating: 0, count: 14))
  }
}
