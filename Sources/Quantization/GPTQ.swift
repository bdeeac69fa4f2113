import CKernels
import Tensors

/// A quantized layer and what its rounding costs on the calibration tokens.
package struct GPTQResult: Sendable {
  package let matrix: QuantizedMatrix
  /// `tr(Δᵀ H Δ)` for the error Δ of the weights, in the units of the Hessian: the squared error of
  /// the layer's output, summed over the calibration tokens.
  package let error: Double
  /// `tr(Δᵀ (H + λ I) Δ)`, λ the absolute damping: what GPTQ keeps small.
  package let dampedError: Double
}

/// Rounds the rows of `weights`, (in, out), one after the other, most important first, and shifts
/// each row's rounding error onto the rows still open, in proportion to how their inputs correlate.
///
/// Frantar et al., "GPTQ: Accurate Post-Training Quantization", 2023, arXiv:2210.17323. Runs in the
/// calling thread, and its result depends on nothing but its arguments. Throws
/// `QuantizationError.weightNotRepresentable` for weights that binary16 cannot hold, and what
/// `QParams.groups(inputs:)` throws.
package func gptq(
  _ weights: Matrix, factor: HessianFactor, option: QParams,
  search: any ScaleSearch = JointScaleSearch()
) throws -> GPTQResult {
  precondition(weights.rows == factor.inputs, "the Hessian is not of this layer's inputs")
  let groups = try option.groups(inputs: weights.rows)
  try weights.checkRepresentable()

  var rounding = Rounding(of: weights, factor: factor)
  var scales: [GroupScales] = []
  for block in outerBlocks(of: groups) {
    let rows = block[0].rows.lowerBound..<block[block.count - 1].rows.upperBound
    rounding.begin(rows)
    for group in block {
      let found = search.scales(for: rounding.openGroup(group))
      rounding.round(group, scales: found.values)
      scales.append(found)
    }
    rounding.finish(rows)
  }
  return rounding.result(groups: groups, scales: scales)
}

/// Groups taken together for one update of all later rows: as many as make 256 rows, with which
/// the matrix product runs at full speed.
private func outerBlocks(of groups: [Group]) -> [[Group]] {
  let blockRows = 256
  var blocks: [[Group]] = []
  var start = 0
  for end in groups.indices {
    let isFull = groups[end].rows.upperBound - groups[start].rows.lowerBound >= blockRows
    if isFull || end == groups.count - 1 {
      blocks.append(Array(groups[start...end]))
      start = end + 1
    }
  }
  return blocks
}

/// The state of one run of GPTQ.
///
/// Errors travel in three steps, each ahead of the rows that need it: within at most 128 rows
/// inside the kernel, from these to the rest of the outer block, and from there to all later rows.
private struct Rounding {
  private let original: Matrix  // (in, out), natural order
  private let factor: HessianFactor
  /// In packed order, (in, width). Rounded rows hold their rounded weights; open rows the original
  /// ones plus the errors of the rows before.
  private(set) var open: Matrix
  private var errors = Matrix(rows: 0, columns: 0)  // (rows of the outer block, width)
  private var codes: [UInt8]  // (in, out)
  private var squaredError = 0.0

  init(of weights: Matrix, factor: HessianFactor) {
    original = weights
    self.factor = factor
    open = weights.padded(
      columns: Self.width(forColumns: weights.columns), order: factor.permutation)
    codes = []
    codes.reserveCapacity(weights.elements.count)
  }

  /// Kernels want whole vectors, and rows that lie multiples of 4096 bytes apart would evict each
  /// other from the cache.
  private static func width(forColumns columns: Int) -> Int {
    let width = (columns + 15) / 16 * 16
    return width % 1024 == 0 ? width + 16 : width
  }

  /// What a search for scales may look at.
  func openGroup(_ group: Group) -> OpenGroup {
    let u = factor.upper
    let rows = Array(group.rows)
    var carry = Matrix(rows: rows.count, columns: rows.count)
    for r in rows.indices {
      for k in 0..<r { carry[r, k] = u[rows[k], rows[r]] / u[rows[k], rows[k]] }
    }
    return OpenGroup(
      grid: EXL2Grid(bits: group.bits), weights: open.rows(group.rows),
      importance: rows.map { 1 / (u[$0, $0] * u[$0, $0]) }, carry: carry)
  }

  mutating func begin(_ block: Range<Int>) {
    if errors.rows != block.count { errors = Matrix(rows: block.count, columns: open.columns) }
    blockStart = block.lowerBound
    blockEnd = block.upperBound
  }

  private var blockStart = 0
  private var blockEnd = 0

  /// Rounds the rows of a group and updates the rest of the outer block.
  mutating func round(_ group: Group, scales: [Float]) {
    let most = Int(CK_EXL2_ROUND_ROWS)
    for start in stride(from: group.rows.lowerBound, to: group.rows.upperBound, by: most) {
      let rows = start..<min(start + most, group.rows.upperBound)
      roundTogether(rows, on: EXL2Grid(bits: group.bits), scales: scales)
      propagate(rows, to: rows.upperBound..<blockEnd)
    }
  }

  /// Carries the errors of the outer block to all rows after it.
  mutating func finish(_ block: Range<Int>) {
    squaredError += errors.squaredNorm
    propagate(block, to: block.upperBound..<open.rows)
  }

  private mutating func propagate(_ rows: Range<Int>, to later: Range<Int>) {
    open.setProduct(
      factor.upper.part(rows: rows, columns: later).transposed,
      errors.part(rows: rows.lowerBound - blockStart..<rows.upperBound - blockStart),
      scale: -1, keep: 1, row: later.lowerBound)
  }

  private mutating func roundTogether(_ rows: Range<Int>, on grid: EXL2Grid, scales: [Float]) {
    let width = open.columns
    let size = factor.inputs
    var block = [UInt8](repeating: 0, count: rows.count * width)
    open.elements.withUnsafeMutableBufferPointer { x in
      errors.elements.withUnsafeMutableBufferPointer { e in
        factor.upper.elements.withUnsafeBufferPointer { u in
          ck_exl2_round(
            x.baseAddress! + rows.lowerBound * width,
            e.baseAddress! + (rows.lowerBound - blockStart) * width,
            &block, width, rows.count, scales,
            u.baseAddress! + rows.lowerBound * (size + 1), size, Float(grid.zero), width)
        }
      }
    }
    for start in stride(from: 0, to: block.count, by: width) {
      codes += block[start..<start + original.columns]
    }
  }

  func result(groups: [Group], scales: [GroupScales]) -> GPTQResult {
    let outputs = original.columns
    // In packed order, against the original rows: the rounded weights are all in `open` now.
    var squaredDistance = 0.0
    open.elements.withUnsafeBufferPointer { rounded in
      original.elements.withUnsafeBufferPointer { original in
        guard outputs > 0 else { return }
        for (row, input) in factor.permutation.enumerated() {
          squaredDistance += ck_sum_of_squared_differences(
            rounded.baseAddress! + row * open.columns, original.baseAddress! + input * outputs,
            outputs)
        }
      }
    }
    return GPTQResult(
      matrix: QuantizedMatrix(
        permutation: factor.permutation, groups: groups, outputs: outputs, codes: codes,
        scaleCodes: scales.flatMap { $0.codes.prefix(outputs) },
        scaleMaxima: scales.map(\.maximum)),
      // The difference can fall below zero by rounding.
      error: max(0, squaredError - factor.damping * squaredDistance) * factor.unit,
      dampedError: squaredError * factor.unit)
  }
}

extension Matrix {
  /// A copy with rows in another order and zero columns added at the end.
  fileprivate func padded(columns width: Int, order: [Int]) -> Matrix {
    Matrix(rows: order.count, columns: width) { target in
      target.update(repeating: 0)
      guard columns > 0 else { return }
      elements.withUnsafeBufferPointer { source in
        for (row, origin) in order.enumerated() {
          (target.baseAddress! + row * width).update(
            from: source.baseAddress! + origin * columns, count: columns)
        }
      }
    }
  }

  /// Throws for the first weight that is not finite in binary16.
  fileprivate func checkRepresentable() throws {
    guard !isFinite || columnMaxima.contains(where: { $0 > 65504 }) else { return }
    for (index, weight) in elements.enumerated() where !(abs(weight) <= 65504) {
      throw QuantizationError.weightNotRepresentable(
        value: weight, input: index / columns, output: index % columns)
    }
  }
}
