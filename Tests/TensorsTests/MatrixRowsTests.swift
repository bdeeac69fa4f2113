import Tensors
import Testing

@Suite("Rows and columns of a matrix")
struct MatrixRowsTests {
  private let matrix = Matrix(rows: 3, columns: 4, elements: (0..<12).map(Float.init))

  @Test func areGatheredInAnyOrder() {
    let rows = matrix.gathered([2, 0, 2])
    #expect(rows.elements == [8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11])
    #expect(matrix.gathered([]).rows == 0)
    let columns = matrix.columns([3..<4, 0..<2])
    #expect(columns.elements == [3, 0, 1, 7, 4, 5, 11, 8, 9])
  }

  @Test func areAddedWhereTheyBelong() {
    var sum = matrix
    sum.addRows(
      of: Matrix(rows: 2, columns: 4, elements: [Float](repeating: 1, count: 8)), to: [0, 2])
    #expect(sum.elements == [1, 2, 3, 4, 4, 5, 6, 7, 9, 10, 11, 12])
  }

  @Test func areScaled() {
    var scaled = matrix
    scaled.scaleRows(by: [0, 1, 2])
    #expect(scaled.elements == [0, 0, 0, 0, 4, 5, 6, 7, 16, 18, 20, 22])
  }
}
