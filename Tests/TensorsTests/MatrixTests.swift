import Tensors
import Testing

/// Shapes within, at and beyond the edges of a tile of 32.
private let shapes = [
  (0, 0), (0, 5), (5, 0), (1, 1), (1, 33), (31, 32), (33, 65), (64, 96), (100, 7),
]

@Suite("A matrix")
struct MatrixTests {
  @Test("is transposed element by element", arguments: shapes)
  func transposed(rows: Int, columns: Int) {
    let matrix = randomMatrix(rows, columns, seed: rows)
    let transposed = matrix.transposed()
    #expect(transposed.rows == columns && transposed.columns == rows)
    for row in 0..<rows {
      for column in 0..<columns { #expect(transposed[column, row] == matrix[row, column]) }
    }
    #expect(transposed.transposed() == matrix)
  }

  @Test("adds and subtracts element by element", arguments: shapes)
  func sums(rows: Int, columns: Int) {
    let (a, b) = (randomMatrix(rows, columns, seed: 1), randomMatrix(rows, columns, seed: 2))
    var sum = a
    sum += b
    #expect(sum.elements == zip(a.elements, b.elements).map { $0 + $1 })
    #expect((a - b).elements == zip(a.elements, b.elements).map { $0 - $1 })
  }

  @Test func givesItsRows() {
    let matrix = randomMatrix(5, 3, seed: 1)
    #expect(Array(matrix.row(3)) == (0..<3).map { matrix[3, $0] })
    #expect(matrix.rows(1..<4).elements == Array(matrix.elements[3..<12]))
    #expect(matrix.rows(2..<2).elements == [])
  }

  @Test func takesOtherRows() {
    var matrix = randomMatrix(5, 3, seed: 1)
    let (before, rows) = (matrix, randomMatrix(2, 3, seed: 2))
    matrix.replaceRows(from: 2, with: rows)
    #expect(
      matrix.elements
        == before.elements.prefix(6) + rows.elements + before.elements.suffix(3))
    matrix.replaceRows(from: 5, with: Matrix(rows: 0, columns: 3))
    matrix.replaceRows(from: 0, with: before)
    #expect(matrix == before)
  }

  @Test func isStackedFromParts() {
    let parts = [3, 0, 1].map { randomMatrix($0, 4, seed: $0) }
    let stacked = Matrix.stacked(parts)
    #expect(stacked.rows == 4 && stacked.columns == 4)
    #expect(stacked.elements == parts.flatMap(\.elements))
    #expect(Matrix.stacked([]).elements.isEmpty)
  }
}
