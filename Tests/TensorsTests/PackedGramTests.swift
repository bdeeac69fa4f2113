import Tensors
import Testing

@Suite("A Gram matrix on tiles")
struct PackedGramTests {
  /// Around a panel of 32, a strip of 256 columns, and a depth of 256.
  private static let shapes = [(1, 1), (7, 15), (33, 17), (32, 64), (50, 33), (290, 300), (3, 550)]

  private func gram(_ x: Matrix, on unit: MatrixUnit) -> Matrix {
    var gram = Matrix(rows: x.columns, columns: x.columns)
    gram.addGram(of: x, on: unit)
    return gram
  }

  /// Both factors' terms, and the sums that tiles make of four products of terms.
  private func expectGram(of x: Matrix, chunks: Int = 1, in gram: Matrix) {
    let sums = 18 + ((x.rows + 31) / 32 + chunks) * 4
    let bound = 2 * 0x1p-17 + Double(sums) * rounding
    var isWithin = true
    for i in 0..<x.columns {
      for j in 0...i {
        var (sum, magnitude) = (0.0, 0.0)
        for row in 0..<x.rows {
          let product = Double(x[row, i]) * Double(x[row, j])
          sum += product
          magnitude += abs(product)
        }
        isWithin =
          isWithin && abs(Double(gram[i, j]) - sum) <= bound * magnitude
          && gram[i, j] == gram[j, i]
      }
    }
    #expect(isWithin)
  }

  @Test("is that of a plain loop, and symmetric", arguments: tileUnits, shapes)
  func equalsThePlainLoop(unit: MatrixUnit, shape: (Int, Int)) {
    let x = randomMatrix(shape.0, shape.1, seed: shape.0)
    expectGram(of: x, in: gram(x, on: unit))
  }

  @Test("is added to what was there", arguments: tileUnits, [17, 64, 300])
  func isASum(unit: MatrixUnit, columns: Int) {
    let chunks = [5, 0, 1, 40].enumerated().map { randomMatrix($1, columns, seed: $0) }
    var sum = Matrix(rows: columns, columns: columns)
    for chunk in chunks { sum.addGram(of: chunk, on: unit) }
    expectGram(of: .stacked(chunks), chunks: chunks.count, in: sum)
  }

  /// So no partition of the work shows.
  @Test("of some columns is part of that of more, to the byte", arguments: tileUnits)
  func isTheSameInParts(unit: MatrixUnit) {
    let x = randomMatrix(70, 600, seed: 2)
    let whole = gram(x, on: unit)
    #expect(gram(x, on: unit) == whole)
    for count in [1, 40, 257, 512] {
      let part = whole.rows(0..<count).columns([0..<count])
      #expect(gram(x.columns([0..<count]), on: unit) == part)
    }
  }

  /// On the diagonal the squares of second terms add up to 2.7e-6 of the whole; without them it is
  /// too small by that.
  @Test("has the squares of second terms on its diagonal", arguments: tileUnits)
  func hasAllProducts(unit: MatrixUnit) {
    let x = randomMatrix(512, 64, seed: 3)
    let gram = gram(x, on: unit)
    let errors = (0..<64).map { column in
      let exact = (0..<512).reduce(0.0) { $0 + Double(x[$1, column]) * Double(x[$1, column]) }
      return Double(gram[column, column]) / exact - 1
    }
    #expect(abs(errors.reduce(0, +) / 64) < 2e-7)
    #expect(errors.allSatisfy { abs($0) < 2e-6 })
  }

  @Test("lets what is infinite or not a number be noticed", arguments: tileUnits)
  func keepsWhatIsNotFinite(unit: MatrixUnit) {
    for bad in [Float.nan, .infinity, -.infinity, 3e19, .greatestFiniteMagnitude] {
      var x = randomMatrix(40, 70, seed: 4)
      x[39, 69] = bad
      let gram = gram(x, on: unit)
      #expect(!gram[69, 69].isFinite && !gram.isFinite)
      #expect(gram.rows(0..<69).columns([0..<69]).isFinite)
    }
  }
}
