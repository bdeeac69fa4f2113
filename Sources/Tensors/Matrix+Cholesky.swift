import COpenBLAS

extension Matrix {
  /// The upper triangular `U` with `Uᵀ U = A⁻¹`, for this symmetric `A`; nil if `A` is not
  /// positive definite to working precision.
  ///
  /// With `A = V Vᵀ`, `V` upper triangular, `U` is `V⁻¹`, so that `A⁻¹` itself is never formed. `V`
  /// is the Cholesky factor of `A` with rows and columns reversed, reversed back.
  package func inverseCholesky() -> Matrix? {
    precondition(rows == columns)
    guard rows > 0 else { return self }
    BLAS.prepare()
    let n = rows
    var work = Matrix(rows: n, columns: n, elements: elements.reversed())
    let succeeded = work.elements.withUnsafeMutableBufferPointer { buffer -> Bool in
      // LAPACK's columns are our rows: its upper triangle is our lower one.
      let upper = Int8(UInt8(ascii: "U"))
      let notUnit = Int8(UInt8(ascii: "N"))
      return LAPACKE_spotrf(LAPACK_COL_MAJOR, upper, Int32(n), buffer.baseAddress!, Int32(n)) == 0
        && LAPACKE_strtri(
          LAPACK_COL_MAJOR, upper, notUnit, Int32(n), buffer.baseAddress!, Int32(n)) == 0
    }
    guard succeeded else { return nil }
    for i in 0..<n {
      for j in i + 1..<max(n, i + 1) { work[i, j] = 0 }
    }
    let result = Matrix(rows: n, columns: n, elements: work.elements.reversed())
    return result.isFinite ? result : nil
  }
}
