import CKernels
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

  /// The squared norms of runs of rows of `a · b`, each beginning where the one before it ends.
  ///
  /// Takes several runs at a time, for speed, but never more than one where that would fill 16 MiB.
  package static func squaredNorms(
    ofRows runs: [Range<Int>], of a: Matrix, times b: Matrix
  ) -> [Double] {
    let rowsAtOnce = min(512, (4 << 20) / max(b.columns, 1))
    var norms: [Double] = []
    while norms.count < runs.count {
      let start = runs[norms.count].lowerBound
      let together = runs[norms.count...].prefix {
        $0.upperBound - start <= rowsAtOnce || $0.lowerBound == start
      }
      let product = product(a.part(rows: start..<together.last!.upperBound), b.part())
      for run in together {
        norms.append(product.squaredNorm(ofRows: run.lowerBound - start..<run.upperBound - start))
      }
    }
    return norms
  }

  /// Adds `xᵀ x` to this symmetric matrix, on all cores, in an order that doesn't depend on their
  /// number.
  package mutating func addGram(of x: Matrix, on unit: MatrixUnit = .current) {
    precondition(rows == columns && x.columns == rows)
    guard x.rows > 0, rows > 0 else { return }
    guard unit == .portable else { return addPackedGram(of: x, on: unit) }
    BLAS.prepare()
    /// Large enough for BLAS to run at full speed, small enough to occupy several cores.
    let side = rows >= 2048 ? 512 : 256
    let size = rows
    let tiles = Self.tiles(ofLowerTriangle: size, side: side)
    elements.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer.baseAddress!
      x.elements.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let px = source.baseAddress!
        parallelFor(tiles.count) { index in
          let (rows, columns) = tiles[index]
          let tile = target + rows.lowerBound * size + columns.lowerBound
          if rows == columns {
            cblas_ssyrk(
              CblasRowMajor, CblasLower, CblasTrans, Int32(rows.count), Int32(x.rows), 1,
              px + rows.lowerBound, Int32(size), 1, tile, Int32(size))
          } else {
            cblas_sgemm(
              CblasRowMajor, CblasTrans, CblasNoTrans, Int32(rows.count), Int32(columns.count),
              Int32(x.rows), 1, px + rows.lowerBound, Int32(size), px + columns.lowerBound,
              Int32(size), 1, tile, Int32(size))
          }
        }
      }
      /// Small enough for the lines of both sides to stay in the first-level cache.
      let strip = 32
      parallelFor((size + strip - 1) / strip) { index in
        let rows = index * strip..<min((index + 1) * strip, size)
        ck_transpose(
          target + rows.lowerBound, size, target + rows.lowerBound * size, size, rows.count,
          rows.lowerBound)
        for i in rows {
          for j in rows.lowerBound..<i { target[j * size + i] = target[i * size + j] }
        }
      }
    }
  }

  /// Squares on the diagonal, and what lies left of each, in pieces four times as wide: wide ones
  /// are faster. Those with the most work come first, so that no core has to wait for one at the end.
  private static func tiles(
    ofLowerTriangle size: Int, side: Int
  ) -> [(rows: Range<Int>, columns: Range<Int>)] {
    stride(from: 0, to: size, by: side).reversed().flatMap { top in
      let rows = top..<min(top + side, size)
      let pieces = stride(from: 0, to: top, by: 4 * side).map { left in
        (rows: rows, columns: left..<min(left + 4 * side, top))
      }
      return pieces + [(rows: rows, columns: rows)]
    }
  }
}
