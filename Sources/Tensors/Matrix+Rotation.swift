import CKernels

extension Matrix {
  /// Rotates pairs of columns (`first` + i, `first` + i + half) of every row by an angle given by
  /// its cosine and sine, (rows, half).
  package mutating func rotatePairs(from first: Int, cosines: Matrix, sines: Matrix) {
    rotate(from: first, cosines: cosines, sines: sines, by: ck_rotate_pairs)
  }

  /// The same for neighboring columns, (`first` + 2 i, `first` + 2 i + 1).
  package mutating func rotateNeighbors(from first: Int, cosines: Matrix, sines: Matrix) {
    rotate(from: first, cosines: cosines, sines: sines, by: ck_rotate_neighbors)
  }

  private mutating func rotate(
    from first: Int, cosines: Matrix, sines: Matrix,
    by kernel: (UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?, Int) ->
      Void
  ) {
    let half = cosines.columns
    precondition(first + 2 * half <= columns && cosines.rows >= rows && sines.columns == half)
    guard half > 0 else { return }
    let (rows, width) = (rows, columns)
    elements.withUnsafeMutableBufferPointer { x in
      cosines.elements.withUnsafeBufferPointer { c in
        sines.elements.withUnsafeBufferPointer { s in
          for row in 0..<rows {
            kernel(
              x.baseAddress! + row * width + first, c.baseAddress! + row * half,
              s.baseAddress! + row * half, half)
          }
        }
      }
    }
  }
}
