import Tensors
import Testing

/// Loops over whole matrices, in C, against the plain ones.
@Suite("A loop over a matrix")
struct MatrixLoopsTests {
  private static let shapes = [(0, 3), (3, 0), (1, 1), (3, 17), (16, 16), (33, 15), (65, 130)]

  @Test("transposes", arguments: shapes)
  func transposes(shape: (Int, Int)) {
    let matrix = randomMatrix(shape.0, shape.1, seed: 1)
    let transposed = matrix.transposed()
    #expect(transposed.rows == shape.1 && transposed.columns == shape.0)
    for i in 0..<shape.0 {
      for j in 0..<shape.1 { #expect(transposed[j, i] == matrix[i, j]) }
    }
  }

  @Test("adds, subtracts and scales", arguments: shapes)
  func isPlain(shape: (Int, Int)) {
    let (a, b) = (randomMatrix(shape.0, shape.1, seed: 2), randomMatrix(shape.0, shape.1, seed: 3))
    #expect((a + b).elements == zip(a.elements, b.elements).map { $0 + $1 })
    #expect((a - b).elements == zip(a.elements, b.elements).map { $0 - $1 })
    var scaled = a
    scaled *= 0.3
    #expect(scaled.elements == a.elements.map { $0 * 0.3 })
    var rows = a
    let factors = randomNumbers(shape.0, seed: 4)
    rows.scaleRows(by: factors)
    var moved = a
    let vector = randomNumbers(shape.1, seed: 5)
    moved.addToRows(vector)
    var clipped = a
    clipped.clip(to: 0.5)
    #expect(clipped.elements == a.elements.map { min(max($0, -0.5), 0.5) })
    for i in 0..<shape.0 {
      for j in 0..<shape.1 {
        #expect(rows[i, j] == a[i, j] * factors[i])
        #expect(moved[i, j] == a[i, j] + vector[j])
      }
    }
  }

  @Test("adds up the squares of runs of a product's rows", arguments: [3, 40, 9000])
  func squaredNorms(columns: Int) {
    let lengths = [1, 0, 300, 200, 50, 513, 7]
    var runs: [Range<Int>] = []
    for length in lengths {
      let start = runs.last?.upperBound ?? 0
      runs.append(start..<start + length)
    }
    let (a, b) = (
      randomMatrix(lengths.reduce(0, +), 5, seed: 7), randomMatrix(5, columns, seed: 8)
    )
    let norms = Matrix.squaredNorms(ofRows: runs, of: a, times: b)
    #expect(norms.count == runs.count)
    let product = a * b
    for (run, norm) in zip(runs, norms) {
      let expected = sumOfSquares(product.rows(run).elements)
      #expect(abs(norm - expected) <= 1e-5 * expected)
    }
  }

  @Test("makes Hessians symmetric, of any size", arguments: [1, 31, 257, 300, 530, 2100])
  func gram(size: Int) {
    let x = randomMatrix(3, size, seed: 6)
    var gram = Matrix(rows: size, columns: size)
    gram.addGram(of: x)
    gram.addGram(of: x)
    var (isRight, isSymmetric) = (true, true)
    for i in 0..<size {
      for j in 0...i {
        let products = (0..<3).map { Double(x[$0, i]) * Double(x[$0, j]) }
        let bound = 8 * rounding * 2 * products.reduce(0) { $0 + abs($1) }
        isRight = isRight && abs(Double(gram[i, j]) - 2 * products.reduce(0, +)) <= bound
        isSymmetric = isSymmetric && gram[i, j] == gram[j, i]
      }
    }
    #expect(isRight && isSymmetric)
  }
}
