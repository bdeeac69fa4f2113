extension MatrixUnit {
  /// Whether it computes, of one small product of each kind, what OpenBLAS does.
  package var isRight: Bool {
    Self.agrees(
      product: { PackedMatrix(weights: $1, for: self).product(reading: $0) },
      gram: { x in
        var gram = Matrix(rows: x.columns, columns: x.columns)
        gram.addPackedGram(of: x, on: self)
        return gram
      })
  }

  /// Whether these functions compute `x w` and `xᵀ x` to the accuracy of two terms: weights that are
  /// bfloat16 and others, on tiles that are full and others.
  package static func agrees(
    product: (Matrix, Matrix) -> Matrix, gram: (Matrix) -> Matrix
  ) -> Bool {
    var random = SeededGenerator(seed: 1)
    func matrix(_ rows: Int, _ columns: Int) -> Matrix {
      Matrix(
        rows: rows, columns: columns,
        elements: (0..<rows * columns).map { _ in random.nextNormal() })
    }
    let (x, weights) = (matrix(45, 325), matrix(325, 75))
    let rounded = Matrix(
      rows: weights.rows, columns: weights.columns,
      elements: weights.elements.map { Float(bitPattern: $0.bitPattern & 0xffff_0000) })
    return [weights, rounded].allSatisfy { isClose(product(x, $0), to: x * $0, of: x, $0) }
      && isClose(gram(x), to: .product(x.transposedPart, x.part()), of: x.transposed(), x)
  }

  /// Both factors may be off by 2⁻¹⁷, and the product of their smaller terms, 2⁻¹⁶ at most, may be
  /// missing: 2⁻¹⁵ of the magnitudes. For the rounding of sums, here and there, there is as much
  /// again.
  private static func isClose(
    _ result: Matrix, to expected: Matrix, of left: Matrix, _ right: Matrix
  ) -> Bool {
    let magnitudes = left.magnitudes * right.magnitudes
    return result.elements.indices.allSatisfy {
      // False for what is not a number, too.
      abs(result.elements[$0] - expected.elements[$0]) <= 0x1p-14 * magnitudes.elements[$0]
    }
  }
}

extension Matrix {
  fileprivate var magnitudes: Matrix {
    Matrix(rows: rows, columns: columns, elements: elements.map(abs))
  }
}
