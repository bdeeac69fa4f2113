import CKernels
import Tensors

/// The state of one run of GPTQ: the rows rounded so far, and what they did to the rows still open.
///
/// Errors travel in four steps: within 4 and within 32 rows inside the kernel; from these, by a
/// matrix product, to the rest of the group; to a later group of the same block of some 256 rows
/// when its turn comes; and from the whole block to all later rows at once. At any time, the state
/// depends on nothing but the groups rounded so far, so that options that begin alike share it.
struct Rounding {
  private let original: Matrix  // (in, out), natural order
  private let factor: HessianFactor
  /// The original rows plus the errors of all finished blocks, in packed order, (in - start, width).
  private var open: Matrix
  /// The packed row that `open` begins with.
  private var start = 0
  /// The rows of the unfinished block that are rounded.
  private var block = 0..<0
  private var errors: Matrix  // of the block, (at least block, width)
  private var groups: [RoundedGroup] = []
  private var squaredError = 0.0
  private var squaredDistance = 0.0

  /// A group's part of the result. Shared between options, never copied.
  private struct RoundedGroup {
    let group: Group
    let scales: GroupScales
    let codes: [UInt8]  // (group, out)
  }

  /// With so many rows in a block, the matrix product runs at full speed.
  private static let blockRows = 256

  /// Rows that the kernel takes at a time.
  private static let kernelRows = 32

  /// The most that binary16 holds.
  private static let largestWeight: Float = 65504

  /// Throws `QuantizationError.weightNotRepresentable` for weights that binary16 cannot hold.
  init(of weights: Matrix, factor: HessianFactor) throws {
    original = weights
    self.factor = factor
    // Kernels want whole vectors.
    let width = Matrix.paddedColumns((weights.columns + 15) / 16 * 16)
    let columns = weights.columns
    open = try Matrix(rows: weights.rows, columns: width) { target in
      guard width > 0 else { return }
      try weights.elements.withUnsafeBufferPointer { source in
        for (row, input) in factor.permutation.enumerated() {
          let (start, origin) = (target.baseAddress! + row * width, input * columns)
          start.update(from: source.baseAddress! + origin, count: columns)
          (start + columns).update(repeating: 0, count: width - columns)
          guard ck_all_within(start, Self.largestWeight, columns) != 0 else {
            throw Self.notRepresentable(among: weights)
          }
        }
      }
    }
    errors = Matrix(rows: 0, columns: width)
  }

  private static func notRepresentable(among weights: Matrix) -> QuantizationError {
    let index = weights.elements.firstIndex { !(abs($0) <= largestWeight) }!
    return .weightNotRepresentable(
      value: weights.elements[index], input: index / weights.columns,
      output: index % weights.columns)
  }

  /// The same state, with a copy of the open rows alone.
  func forked() -> Rounding {
    var fork = self
    fork.open = open.rows(block.upperBound - start..<open.rows)
    fork.start = block.upperBound
    return fork
  }

  /// Rounds the group that comes next, with the scales that are found for it.
  mutating func round(_ group: Group, search: any ScaleSearch) {
    var rows = open.rows(group.rows.lowerBound - start..<group.rows.upperBound - start)
    propagate(block, to: group.rows, in: &rows, from: group.rows.lowerBound)
    let found = search.scales(for: openGroup(group, weights: rows))
    reserveErrors(for: group)
    let codes = round(&rows, of: group, scales: found.values)
    groups.append(RoundedGroup(group: group, scales: found, codes: codes))
    block = block.lowerBound..<group.rows.upperBound
    if block.count >= Self.blockRows || block.upperBound == factor.inputs { finishBlock() }
  }

  /// What a search for scales may look at.
  private func openGroup(_ group: Group, weights: Matrix) -> OpenGroup {
    let u = factor.padded
    let rows = Array(group.rows)
    let diagonal = rows.map { u[$0, $0] }
    let carry = Matrix(rows: rows.count, columns: rows.count) { carry in
      carry.update(repeating: 0)
      for (k, row) in rows.enumerated() {
        for r in k + 1..<max(rows.count, k + 1) {
          carry[r * rows.count + k] = u[row, rows[r]] / diagonal[k]
        }
      }
    }
    return OpenGroup(
      grid: EXL2Grid(bits: group.bits), weights: weights,
      importance: diagonal.map { 1 / ($0 * $0) }, carry: carry)
  }

  private mutating func reserveErrors(for group: Group) {
    let needed = block.count + group.rows.count
    guard errors.rows < needed else { return }
    var larger = Matrix(rows: max(needed, Self.blockRows), columns: errors.columns)
    larger.replaceRows(from: 0, with: errors)
    errors = larger
  }

  /// Subtracts from the rows `later`, which `target` holds from row `origin` on, what the errors of
  /// `rows`, rows of the block, do to them.
  private func propagate(
    _ rows: Range<Int>, to later: Range<Int>, in target: inout Matrix, from origin: Int
  ) {
    guard !rows.isEmpty else { return }
    let first = block.lowerBound
    target.setProduct(
      factor.padded.part(rows: rows, columns: later).transposed,
      errors.part(rows: rows.lowerBound - first..<rows.upperBound - first),
      scale: -1, keep: 1, row: later.lowerBound - origin)
  }

  /// Rounds the rows of a group, whose scales are given, and returns their codes, (group, out).
  private mutating func round(_ weights: inout Matrix, of group: Group, scales: [Float]) -> [UInt8]
  {
    let origin = group.rows.lowerBound
    let outputs = original.columns
    let count = group.rows.count * outputs
    return [UInt8](unsafeUninitializedCapacity: count) { codes, filled in
      for first in stride(from: origin, to: group.rows.upperBound, by: Self.kernelRows) {
        let rows = first..<min(first + Self.kernelRows, group.rows.upperBound)
        propagate(origin..<first, to: rows, in: &weights, from: origin)
        roundTogether(rows, of: group, in: &weights, scales: scales, codes: codes)
      }
      filled = count
    }
  }

  private mutating func roundTogether(
    _ rows: Range<Int>, of group: Group, in weights: inout Matrix, scales: [Float],
    codes: UnsafeMutableBufferPointer<UInt8>
  ) {
    guard original.columns > 0 else { return }
    let width = weights.columns
    let outputs = original.columns
    let row = rows.lowerBound - group.rows.lowerBound
    let block = block.lowerBound
    let zero = Float(EXL2Grid(bits: group.bits).zero)
    let u = factor.padded
    weights.elements.withUnsafeMutableBufferPointer { x in
      errors.elements.withUnsafeMutableBufferPointer { e in
        u.elements.withUnsafeBufferPointer { factors in
          ck_exl2_round(
            x.baseAddress! + row * width, e.baseAddress! + (rows.lowerBound - block) * width,
            width, codes.baseAddress! + row * outputs, outputs, rows.count, scales,
            factors.baseAddress! + rows.lowerBound * (u.columns + 1), u.columns, zero, width)
        }
      }
      original.elements.withUnsafeBufferPointer { original in
        for row in rows {
          squaredDistance += ck_sum_of_squared_differences(
            x.baseAddress! + (row - group.rows.lowerBound) * width,
            original.baseAddress! + factor.permutation[row] * outputs, outputs)
        }
      }
    }
  }

  /// Carries the errors of the block to all rows after it.
  private mutating func finishBlock() {
    errors.elements.withUnsafeBufferPointer {
      squaredError += ck_sum_of_squares($0.baseAddress, block.count * errors.columns)
    }
    let later = block.upperBound..<factor.inputs
    // Taken out, or it would be copied.
    var rows = Matrix(rows: 0, columns: 0)
    swap(&rows, &open)
    propagate(block, to: later, in: &rows, from: start)
    swap(&rows, &open)
    block = block.upperBound..<block.upperBound
  }

  /// What came of it, after the last group.
  func result() -> GPTQResult {
    var codes: [UInt8] = []
    codes.reserveCapacity(original.elements.count)
    for group in groups { codes += group.codes }
    return GPTQResult(
      matrix: QuantizedMatrix(
        permutation: factor.permutation, groups: groups.map(\.group), outputs: original.columns,
        codes: codes, scaleCodes: groups.flatMap { $0.scales.codes.prefix(original.columns) },
        scaleMaxima: groups.map(\.scales.maximum)),
      // The difference can fall below zero by rounding.
      error: max(0, squaredError - factor.damping * squaredDistance) * factor.unit,
      dampedError: squaredError * factor.unit)
  }
}
