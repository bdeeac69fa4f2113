import CKernels
import Tensors

/// The state of one run of GPTQ.
///
/// Errors travel in three steps, each ahead of the rows that need it: within at most 128 rows
/// inside the kernel, from these to the rest of the outer block, and from there to all later rows.
struct Rounding {
  private let original: Matrix  // (in, out), natural order
  private let factor: HessianFactor
  /// In packed order, (in, width). Rounded rows hold their rounded weights; open rows the original
  /// ones plus the errors of the rows before.
  private(set) var open: Matrix
  private var block = 0..<0  // the rows of the outer block
  private var errors = Matrix(rows: 0, columns: 0)  // (block, width)
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

  /// Turns to the next outer block.
  mutating func begin(_ rows: Range<Int>) {
    block = rows
    if errors.rows != rows.count { errors = Matrix(rows: rows.count, columns: open.columns) }
  }

  /// Rounds the rows of a group and updates the rest of the outer block.
  mutating func round(_ group: Group, scales: [Float]) {
    let most = Int(CK_EXL2_ROUND_ROWS)
    for start in stride(from: group.rows.lowerBound, to: group.rows.upperBound, by: most) {
      let rows = start..<min(start + most, group.rows.upperBound)
      roundTogether(rows, on: EXL2Grid(bits: group.bits), scales: scales)
      propagate(rows, to: rows.upperBound..<block.upperBound)
    }
  }

  /// Carries the errors of the outer block to all rows after it.
  mutating func finish() {
    squaredError += errors.squaredNorm
    propagate(block, to: block.upperBound..<open.rows)
  }

  private mutating func propagate(_ rows: Range<Int>, to later: Range<Int>) {
    open.setProduct(
      factor.upper.part(rows: rows, columns: later).transposed,
      errors.part(rows: rows.lowerBound - block.lowerBound..<rows.upperBound - block.lowerBound),
      scale: -1, keep: 1, row: later.lowerBound)
  }

  private mutating func roundTogether(_ rows: Range<Int>, on grid: EXL2Grid, scales: [Float]) {
    let width = open.columns
    let size = factor.inputs
    var padded = [UInt8](repeating: 0, count: rows.count * width)
    open.elements.withUnsafeMutableBufferPointer { x in
      errors.elements.withUnsafeMutableBufferPointer { e in
        factor.upper.elements.withUnsafeBufferPointer { u in
          ck_exl2_round(
            x.baseAddress! + rows.lowerBound * width,
            e.baseAddress! + (rows.lowerBound - block.lowerBound) * width,
            &padded, width, rows.count, scales,
            u.baseAddress! + rows.lowerBound * (size + 1), size, Float(grid.zero), width)
        }
      }
    }
    for start in stride(from: 0, to: padded.count, by: width) {
      codes += padded[start..<start + original.columns]
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
}
