import CKernels

extension Matrix {
  /// Adds `xᵀ x` to this symmetric matrix on tiles, on all cores.
  ///
  /// All four products of terms count: on the diagonal, squares of the smaller ones add up.
  mutating func addPackedGram(of x: Matrix, on unit: MatrixUnit) {
    let left = PackedMatrix(x, transposed: true, side: .left, terms: 2, for: unit, spread: true)
    let right = PackedMatrix(x, side: .right, terms: 2, for: unit, spread: true)
    /// High enough for what is on the left of the diagonal to be used from the cache, low enough to
    /// occupy several cores.
    let strip = 8 * PackedMatrix.panel
    let size = rows
    let count = (size + strip - 1) / strip
    elements.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer.baseAddress!
      parallelFor(count) { index in
        // The longest first.
        let start = (count - 1 - index) * strip
        let addGram = unit == .amx ? ck_amx_add_gram : ck_amx_emulated_add_gram
        addGram(
          target, size, start, min(start + strip, size), left.tiles, right.tiles, x.rows)
      }
    }
  }
}
