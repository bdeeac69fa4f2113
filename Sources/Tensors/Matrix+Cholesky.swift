import CKernels
import COpenBLAS

extension Matrix {
  /// The upper triangular `U` with `Uᵀ U = A⁻¹`, for this symmetric `A`; nil if `A` is not
  /// positive definite to working precision.
  package func inverseCholesky() -> Matrix? {
    inverseCholesky(order: Array(0..<rows), scale: 1, shift: 0, columns: columns)
  }

  /// The same factor of `scale · A' + shift · I`, where `A'[i, j] = A[order[i], order[j]]`, with
  /// columns of zeros added at its end: the result is (rows, columns).
  ///
  /// With `A = V Vᵀ`, `V` upper triangular, `U` is `V⁻¹`, so that `A⁻¹` itself is never formed. `V`
  /// is the Cholesky factor of `A` with rows and columns reversed, reversed back.
  package func inverseCholesky(
    order: [Int], scale: Double, shift: Float, columns width: Int
  ) -> Matrix? {
    precondition(rows == columns && order.count == rows && width >= columns)
    guard rows > 0 else { return Matrix(rows: 0, columns: width) }
    BLAS.prepare()
    let n = rows
    var work = Matrix(rows: n, columns: width) { target in
      let reversed = Array(order.reversed())
      elements.withUnsafeBufferPointer { source in
        for (row, origin) in reversed.enumerated() {
          let start = target.baseAddress! + row * width
          ck_gather_scaled(start, source.baseAddress! + origin * n, reversed, scale, row + 1)
          (start + row + 1).update(repeating: 0, count: width - row - 1)
          start[row] += shift
        }
      }
    }
    let succeeded = work.elements.withUnsafeMutableBufferPointer { buffer -> Bool in
      let lower = LowerTriangle(start: buffer.baseAddress!, size: n, stride: width)
      guard lower.factor() else { return false }
      return lower.invert()
    }
    guard succeeded else { return nil }
    let result = Matrix(rows: n, columns: width) { target in
      work.elements.withUnsafeBufferPointer { source in
        for row in 0..<n {
          let start = target.baseAddress! + row * width
          ck_reverse(start, source.baseAddress! + (n - 1 - row) * width, n)
          (start + n).update(repeating: 0, count: width - n)
        }
      }
    }
    return result.isFinite ? result : nil
  }
}

/// The lower triangle of a square part of a matrix, diagonal included.
///
/// Halving it again and again leaves nearly all work to products of large blocks, which BLAS does at
/// full speed; LAPACK's own routines reach half of that.
private struct LowerTriangle {
  let start: UnsafeMutablePointer<Float>
  let size: Int
  let stride: Int  // from row to row

  /// Of this size LAPACK is as fast.
  private static let leafSize = 128

  // LAPACK's columns are our rows: its upper triangle is our lower one.
  private static let upper = Int8(UInt8(ascii: "U"))
  private static let notUnit = Int8(UInt8(ascii: "N"))

  /// The upper left part, the block below it, and the lower right part.
  private var parts: (LowerTriangle, UnsafeMutablePointer<Float>, LowerTriangle) {
    let half = (size / 2 + Self.leafSize - 1) / Self.leafSize * Self.leafSize
    return (
      LowerTriangle(start: start, size: half, stride: stride), start + half * stride,
      LowerTriangle(start: start + half * (stride + 1), size: size - half, stride: stride)
    )
  }

  /// Replaces `A = L Lᵀ` by `L`. Returns false if `A` is not positive definite.
  func factor() -> Bool {
    guard size > Self.leafSize else {
      return LAPACKE_spotrf_work(
        LAPACK_COL_MAJOR, Self.upper, Int32(size), start, Int32(stride)) == 0
    }
    let (top, block, bottom) = parts
    guard top.factor() else { return false }
    let (m, n, stride) = (Int32(bottom.size), Int32(top.size), Int32(stride))
    cblas_strsm(
      CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, m, n, 1, top.start, stride,
      block, stride)
    cblas_ssyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, m, n, -1, block, stride, 1, bottom.start, stride)
    return bottom.factor()
  }

  /// Replaces `L` by its inverse. Returns false if it has none.
  func invert() -> Bool {
    guard size > Self.leafSize else {
      return LAPACKE_strtri_work(
        LAPACK_COL_MAJOR, Self.upper, Self.notUnit, Int32(size), start, Int32(stride)) == 0
    }
    let (top, block, bottom) = parts
    guard top.invert(), bottom.invert() else { return false }
    let (m, n, stride) = (Int32(bottom.size), Int32(top.size), Int32(stride))
    cblas_strmm(
      CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, m, n, -1, bottom.start,
      stride, block, stride)
    cblas_strmm(
      CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, m, n, 1, top.start, stride,
      block, stride)
    return true
  }
}
