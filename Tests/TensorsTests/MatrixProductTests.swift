import Tensors
import Testing

@Suite("A product")
struct MatrixProductTests {
  private static let shapes = [
    (1, 1, 1), (1, 17, 1), (3, 5, 7), (15, 16, 17), (33, 1, 31), (16, 100, 48), (65, 129, 33),
  ]

  /// A matrix larger than the part of it, and the part's elements.
  private struct Sample {
    let matrix: Matrix
    let top: Int
    let left: Int
    let isTransposed: Bool
    let (rows, columns): (Int, Int)  // of the operand

    init(_ rows: Int, _ columns: Int, isTransposed: Bool, isWhole: Bool, seed: Int) {
      (self.rows, self.columns, self.isTransposed) = (rows, columns, isTransposed)
      (top, left) = isWhole ? (0, 0) : (2, 3)
      let (height, width) = isTransposed ? (columns, rows) : (rows, columns)
      matrix = randomMatrix(
        height + (isWhole ? 0 : 5), width + (isWhole ? 0 : 4), seed: seed)
    }

    var operand: Operand {
      let (height, width) = isTransposed ? (columns, rows) : (rows, columns)
      let part = matrix.part(rows: top..<top + height, columns: left..<left + width)
      return isTransposed ? part.transposed : part
    }

    subscript(row: Int, column: Int) -> Double {
      Double(isTransposed ? matrix[top + column, left + row] : matrix[top + row, left + column])
    }
  }

  /// A sum of `n` products may be off by `n` roundings of the sum of their magnitudes, whatever the
  /// order; the two factors and the last sum add three.
  private func check(
    _ result: Matrix, from before: Matrix, _ a: Sample, _ b: Sample, scale: Float, keep: Float,
    row: Int, column: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var (isWithin, isOutsideKept) = (true, true)
    for i in 0..<result.rows {
      for j in 0..<result.columns {
        guard row..<row + a.rows ~= i, column..<column + b.columns ~= j else {
          isOutsideKept = isOutsideKept && result[i, j] == before[i, j]
          continue
        }
        var (sum, magnitude) = (0.0, 0.0)
        for k in 0..<a.columns {
          let product = a[i - row, k] * b[k, j - column]
          sum += product
          magnitude += abs(product)
        }
        let kept = Double(keep) * Double(before[i, j])
        let expected = Double(scale) * sum + kept
        let bound =
          Double(a.columns + 3) * rounding * (abs(Double(scale)) * magnitude + abs(kept))
        isWithin = isWithin && abs(Double(result[i, j]) - expected) <= bound
      }
    }
    #expect(isWithin, sourceLocation: sourceLocation)
    #expect(isOutsideKept, sourceLocation: sourceLocation)
  }

  @Test("is that of a plain loop", arguments: shapes, [false, true])
  func equalsThePlainLoop(shape: (Int, Int, Int), isWhole: Bool) {
    let (m, k, n) = shape
    for (leftTransposed, rightTransposed) in [
      (false, false), (false, true), (true, false), (true, true),
    ] {
      let a = Sample(m, k, isTransposed: leftTransposed, isWhole: isWhole, seed: 1)
      let b = Sample(k, n, isTransposed: rightTransposed, isWhole: isWhole, seed: 2)
      #expect(a.operand.rows == m && a.operand.columns == k)
      let product = Matrix.product(a.operand, b.operand)
      let zeros = Matrix(rows: m, columns: n)
      check(product, from: zeros, a, b, scale: 1, keep: 0, row: 0, column: 0)

      let before = randomMatrix(m + 3, n + 2, seed: 3)
      for (scale, keep, row, column) in [
        (1, 0, 0, 0), (-1, 1, 2, 1), (0.3, -0.5, 3, 2),
      ] as [(Float, Float, Int, Int)] {
        var result = before
        result.setProduct(
          a.operand, b.operand, scale: scale, keep: keep, row: row, column: column)
        check(
          result, from: before, a, b, scale: scale, keep: keep, row: row, column: column)
      }
    }
  }

  @Test func ofWholeMatricesIsAnOperator() {
    let (a, b) = (randomMatrix(5, 17, seed: 1), randomMatrix(17, 3, seed: 2))
    #expect(a * b == Matrix.product(a.part(), b.part()))
    #expect(
      Matrix.product(b.transposedPart, a.transposedPart)
        == Matrix.product(b.transposed().part(), a.transposed().part()))
  }

  @Test func ofNothingIsNothingOrZero() {
    #expect((Matrix(rows: 0, columns: 3) * Matrix(rows: 3, columns: 2)).rows == 0)
    #expect((Matrix(rows: 2, columns: 3) * Matrix(rows: 3, columns: 0)).columns == 0)
    let zeros = Matrix(rows: 2, columns: 4)
    #expect(Matrix(rows: 2, columns: 0) * Matrix(rows: 0, columns: 4) == zeros)

    let before = randomMatrix(3, 4, seed: 1)
    let (a, b) = (Matrix(rows: 2, columns: 0), Matrix(rows: 0, columns: 3))
    for keep in [Float(0), 0.5, 1] {
      var (result, expected) = (before, before)
      result.setProduct(a.part(), b.part(), keep: keep, row: 1, column: 1)
      for i in 1..<3 {
        for j in 1..<4 { expected[i, j] *= keep }
      }
      #expect(result == expected)
    }
  }
}

@Suite("A Gram matrix")
struct GramTests {
  /// Below, at and beyond one panel of 256 columns, and odd.
  private static let sizes = [1, 15, 17, 255, 256, 257, 515]

  /// `Σ x x'` for two columns, and the sum of the magnitudes.
  private func plain(_ x: Matrix, _ i: Int, _ j: Int) -> (sum: Double, magnitude: Double) {
    (0..<x.rows).reduce((0.0, 0.0)) {
      let product = Double(x[$1, i]) * Double(x[$1, j])
      return ($0.0 + product, $0.1 + abs(product))
    }
  }

  private func expectGram(of x: Matrix, added roundings: Int, in gram: Matrix) {
    var isWithin = true
    for i in 0..<x.columns {
      for j in 0...i {
        let (sum, magnitude) = plain(x, i, j)
        isWithin =
          isWithin
          && abs(Double(gram[i, j]) - sum) <= Double(roundings) * rounding * magnitude
          && gram[i, j] == gram[j, i]
      }
    }
    #expect(isWithin)
  }

  @Test("is that of a plain loop, and symmetric", arguments: sizes, [1, 7, 33])
  func equalsThePlainLoop(columns: Int, rows: Int) {
    let x = randomMatrix(rows, columns, seed: columns + rows)
    var gram = Matrix(rows: columns, columns: columns)
    gram.addGram(of: x, on: .portable)
    expectGram(of: x, added: rows + 1, in: gram)
  }

  @Test("is the sum of those of its chunks", arguments: sizes)
  func isASum(columns: Int) {
    let chunks = [5, 0, 1, 12].enumerated().map { randomMatrix($1, columns, seed: $0) }
    var gram = Matrix(rows: columns, columns: columns)
    for chunk in chunks { gram.addGram(of: chunk, on: .portable) }
    expectGram(of: .stacked(chunks), added: 18 + chunks.count, in: gram)
  }
}
