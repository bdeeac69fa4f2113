import COpenBLAS

/// A part of a matrix, possibly transposed, as an operand of a product. Nothing is copied.
package struct Operand {
  fileprivate let matrix: Matrix
  fileprivate let rowRange: Range<Int>
  fileprivate let columnRange: Range<Int>
  fileprivate var isTransposed = false

  /// Rows as the product sees them, after transposition.
  package var rows: Int { isTransposed ? columnRange.count : rowRange.count }
  /// Columns as the product sees them, after transposition.
  package var columns: Int { isTransposed ? rowRange.count : columnRange.count }

  /// The same part with rows and columns exchanged.
  package var transposed: Operand {
    var copy = self
    copy.isTransposed.toggle()
    return copy
  }

  fileprivate func withPointer<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
    matrix.elements.withUnsafeBufferPointer {
      body($0.baseAddress! + rowRange.lowerBound * matrix.columns + columnRange.lowerBound)
    }
  }
}

extension Matrix {
  /// The part of these rows and columns, for a product.
  package func part(rows: Range<Int>? = nil, columns: Range<Int>? = nil) -> Operand {
    let rows = rows ?? 0..<self.rows
    let columns = columns ?? 0..<self.columns
    precondition(rows.upperBound <= self.rows && columns.upperBound <= self.columns)
    return Operand(matrix: self, rowRange: rows, columnRange: columns)
  }

  /// This matrix as an operand, transposed, without moving an element.
  package var transposedPart: Operand { part().transposed }

  /// `self[row…, column…] = scale · a · b + keep · self[row…, column…]`, by BLAS, in the calling
  /// thread.
  package mutating func setProduct(
    _ a: Operand, _ b: Operand, scale: Float = 1, keep: Float = 0, row: Int = 0, column: Int = 0
  ) {
    precondition(a.columns == b.rows, "inner dimensions of a product differ")
    precondition(row + a.rows <= rows && column + b.columns <= columns)
    guard a.rows > 0, b.columns > 0 else { return }
    BLAS.prepare()
    let (stride, offset) = (columns, row * columns + column)
    elements.withUnsafeMutableBufferPointer { c in
      a.withPointer { pa in
        b.withPointer { pb in
          cblas_sgemm(
            CblasRowMajor,
            a.isTransposed ? CblasTrans : CblasNoTrans, b.isTransposed ? CblasTrans : CblasNoTrans,
            Int32(a.rows), Int32(b.columns), Int32(a.columns),
            // BLAS wants strides above zero even for matrices without elements.
            scale, pa, Int32(max(a.matrix.columns, 1)), pb, Int32(max(b.matrix.columns, 1)),
            keep, c.baseAddress! + offset, Int32(stride))
        }
      }
    }
  }

  /// The product of two operands, by BLAS, in the calling thread.
  package static func product(_ a: Operand, _ b: Operand) -> Matrix {
    var result = Matrix(rows: a.rows, columns: b.columns)
    result.setProduct(a, b)
    return result
  }

  /// The matrix product, by BLAS, in the calling thread.
  package static func * (left: Matrix, right: Matrix) -> Matrix {
    product(left.part(), right.part())
  }

  /// Adds `xᵀ x` to this symmetric matrix, on all cores, in an order that doesn't depend on their
  /// number.
  package mutating func addGram(of x: Matrix) {
    precondition(rows == columns && x.columns == rows)
    guard x.rows > 0, rows > 0 else { return }
    BLAS.prepare()
    /// Wide enough for BLAS to run at full speed, narrow enough to occupy several cores.
    let panel = 256
    let size = rows
    elements.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer.baseAddress!
      x.elements.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let px = source.baseAddress!
        parallelFor((size + panel - 1) / panel) { index in
          let start = index * panel
          let width = min(panel, size - start)
          cblas_ssyrk(
            CblasRowMajor, CblasLower, CblasTrans, Int32(width), Int32(x.rows), 1, px + start,
            Int32(size), 1, target + start * size + start, Int32(size))
          let left = start
          guard left > 0 else { return }
          cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(width), Int32(left), Int32(x.rows), 1,
            px + start, Int32(size), px, Int32(size), 1, target + start * size, Int32(size))
        }
      }
      /// Small enough for the lines of both sides to stay in the first-level cache.
      let tile = 32
      parallelFor((size + tile - 1) / tile) { index in
        let rows = index * tile..<min((index + 1) * tile, size)
        for left in stride(from: 0, to: rows.upperBound, by: tile) {
          for i in rows {
            for j in left..<max(left, min(left + tile, i)) {
              target[j * size + i] = target[i * size + j]
            }
          }
        }
      }
    }
  }
}
