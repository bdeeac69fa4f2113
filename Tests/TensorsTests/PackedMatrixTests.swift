import Tensors
import Testing

/// The units with tiles that this machine can run.
let tileUnits = [MatrixUnit.emulated, .amx].filter(\.isAvailable)

extension Matrix {
  /// Every element cut to bfloat16.
  var bfloats: Matrix {
    Matrix(
      rows: rows, columns: columns,
      elements: elements.map { Float(bitPattern: $0.bitPattern & 0xffff_0000) })
  }
}

@Suite("A product on tiles")
struct PackedMatrixTests {
  /// Below, at and beyond a tile of 16 rows and a depth of 32, a panel of 32 and blocks of 256 rows,
  /// 512 columns and a depth of 256.
  private static let shapes = [
    (1, 1, 1), (3, 5, 7), (16, 32, 16), (17, 33, 15), (32, 64, 32), (33, 31, 65), (50, 257, 40),
    (260, 40, 70), (40, 290, 530),
  ]

  /// What two terms may be off by, relatively: half a unit of the second's last place.
  private static let termError = 0x1p-17

  private func product(_ x: Matrix, _ weights: Matrix, on unit: MatrixUnit) -> Matrix {
    PackedMatrix(weights: weights, for: unit).product(reading: x)
  }

  /// Errors of terms are relative to each product; with a rounded right factor there is another,
  /// and the product of two second terms, each at most 2⁻⁸, is missing. Tiles sum 16 products, two
  /// such sums, and one such sum for every 32 products and pair of terms.
  private func bound(depth: Int, products: Int) -> Double {
    let sums = 18 + (depth + 31) / 32 * products
    return Self.termError * (products == 2 ? 1 : 4) + Double(sums) * rounding
  }

  private func expectProduct(
    _ result: Matrix, of x: Matrix, _ w: Matrix, products: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.rows == x.rows && result.columns == w.columns, sourceLocation: sourceLocation)
    let bound = bound(depth: x.columns, products: products)
    var isWithin = true
    for i in 0..<x.rows {
      for j in 0..<w.columns {
        var (sum, magnitude) = (0.0, 0.0)
        for k in 0..<x.columns {
          let product = Double(x[i, k]) * Double(w[k, j])
          sum += product
          magnitude += abs(product)
        }
        isWithin = isWithin && abs(Double(result[i, j]) - sum) <= bound * magnitude
      }
    }
    #expect(isWithin, sourceLocation: sourceLocation)
  }

  @Test("is that of a plain loop", arguments: tileUnits, shapes)
  func equalsThePlainLoop(unit: MatrixUnit, shape: (Int, Int, Int)) {
    let (m, k, n) = shape
    let (x, w) = (randomMatrix(m, k, seed: 1), randomMatrix(k, n, seed: 2))
    expectProduct(product(x, w.bfloats, on: unit), of: x, w.bfloats, products: 2)
    expectProduct(product(x, w, on: unit), of: x, w, products: 3)
  }

  @Test("doesn't depend on how a factor lies in memory", arguments: tileUnits, shapes)
  func isTheSameTransposed(unit: MatrixUnit, shape: (Int, Int, Int)) {
    let (m, k, n) = shape
    let (x, w) = (randomMatrix(m, k, seed: 3), randomMatrix(k, n, seed: 4))
    let plain = product(x, w, on: unit)
    for (leftTransposed, rightTransposed) in [(false, true), (true, false), (true, true)] {
      let left = PackedMatrix(
        leftTransposed ? x.transposed() : x, transposed: leftTransposed, side: .left, terms: 2,
        for: unit, spread: leftTransposed)
      let right = PackedMatrix(
        rightTransposed ? w.transposed() : w, transposed: rightTransposed, side: .right,
        terms: 2, for: unit)
      #expect(right.product(with: left) == plain)
    }
  }

  /// So no partition of the work shows.
  @Test("gives a row or column the same bytes among few as among many", arguments: tileUnits)
  func isTheSameInParts(unit: MatrixUnit) {
    let (x, w) = (randomMatrix(300, 330, seed: 5), randomMatrix(330, 550, seed: 6))
    let whole = product(x, w, on: unit)
    for rows in [0..<1, 17..<60, 255..<300] {
      #expect(product(x.rows(rows), w, on: unit) == whole.rows(rows))
    }
    for columns in [0..<1, 17..<60, 500..<550] {
      #expect(product(x, w.columns([columns]), on: unit) == whole.columns([columns]))
    }
  }

  @Test("knows weights that are bfloat16")
  func knowsExactWeights() {
    let w = randomMatrix(33, 17, seed: 7)
    #expect(PackedMatrix(weights: w, for: .emulated).terms == 2)
    #expect(PackedMatrix(weights: w.bfloats, for: .emulated).terms == 1)
    var almost = w.bfloats
    almost[32, 16] = 1 + .ulpOfOne
    #expect(PackedMatrix(weights: almost, for: .emulated).terms == 2)
  }

  /// The two terms of a number, added by a product with 1.
  private func split(_ numbers: [Float], on unit: MatrixUnit) -> [Float] {
    let one = Matrix(rows: 1, columns: 1, elements: [1])
    return product(Matrix(rows: numbers.count, columns: 1, elements: numbers), one, on: unit)
      .elements
  }

  @Test("splits numbers of every size", arguments: tileUnits)
  func splitsNumbers(unit: MatrixUnit) {
    let sizes: [Float] = [0x1p-100, 0x1p-20, 1, 0x1p20, 0x1p120]
    for size in sizes {
      let numbers = randomNumbers(1000, seed: 8, size: size)
      let sums = split(numbers, on: unit)
      #expect(
        zip(numbers, sums).allSatisfy { abs(Double($0 - $1)) <= Self.termError * Double(abs($0)) })
      // Seventeen bits are enough, sometimes.
      #expect(sums != numbers)
    }
    let exact: [Float] = [0, 1, -3, 0x1.fep0, 0x1.01p10, 0x1.fffep3, 0x1.0001p-9]
    #expect(split(exact, on: unit) == exact)
    // Rounded alone, these would be infinite.
    let large: [Float] = [0x1.ffp127, -0x1.fffcp127, 0x1.fffep127]
    #expect(split(large, on: unit) == large)
  }

  @Test("is off by as little as two terms are", arguments: tileUnits)
  func isAccurate(unit: MatrixUnit) {
    let (x, w) = (randomMatrix(64, 512, seed: 9), randomMatrix(512, 64, seed: 10))
    for weights in [w.bfloats, w] {
      var (error, norm) = (0.0, 0.0)
      let result = product(x, weights, on: unit)
      for i in 0..<64 {
        for j in 0..<64 {
          let exact = (0..<512).reduce(0.0) { $0 + Double(x[i, $1]) * Double(weights[$1, j]) }
          error += (Double(result[i, j]) - exact) * (Double(result[i, j]) - exact)
          norm += exact * exact
        }
      }
      // The second term of a number in [1, 2) is off by up to 2⁻¹⁷ of 1, by 0.44 of it in the mean
      // square, and the mean square of such numbers is 7/3: 2.2e-6. One term alone is off by 1e-3.
      let limit = weights == w ? 5e-6 : 3e-6
      #expect((error / norm).squareRoot() < limit)
    }
  }

  @Test("lets what is infinite or not a number be noticed", arguments: tileUnits)
  func keepsWhatIsNotFinite(unit: MatrixUnit) {
    for w in [randomMatrix(40, 20, seed: 11), randomMatrix(40, 20, seed: 11).bfloats] {
      for bad in [Float.nan, -.nan, .infinity, -.infinity, Float(bitPattern: 0x7f80_0001)] {
        var x = randomMatrix(3, 40, seed: 12)
        x[1, 33] = bad
        let result = product(x, w, on: unit)
        #expect(result.row(1).allSatisfy { !$0.isFinite })
        #expect(result.rows(0..<1).isFinite && result.rows(2..<3).isFinite)
        if bad.isInfinite, w == w.bfloats {
          #expect(result.row(1).allSatisfy { $0.isInfinite })
        }
        var weights = w
        weights[33, 7] = bad
        let column = product(randomMatrix(3, 40, seed: 12), weights, on: unit).columns([7..<8])
        #expect(column.elements.allSatisfy { !$0.isFinite })
      }
    }
    let large = Matrix(rows: 1, columns: 2, elements: [3e38, 3e38])
    let ones = Matrix(rows: 2, columns: 1, elements: [1, 1])
    #expect(product(large, ones, on: unit).elements == [.infinity])
  }

  @Test("of nothing is nothing or zero", arguments: tileUnits)
  func ofNothing(unit: MatrixUnit) {
    for (m, k, n) in [(0, 3, 2), (2, 3, 0), (2, 0, 3), (0, 0, 0)] {
      let result = product(Matrix(rows: m, columns: k), Matrix(rows: k, columns: n), on: unit)
      #expect(result == Matrix(rows: m, columns: n))
    }
  }
}

/// What Intel's manual says of TDPBF16PS, as far as a product of one row and one column shows it.
@Suite("A tile")
struct TileTests {
  /// The sum of products of numbers, all bfloat16, with ones.
  private func sum(_ numbers: [Float], on unit: MatrixUnit) -> Float {
    dot(numbers, numbers.map { _ in 1 }, on: unit)
  }

  private func dot(_ x: [Float], _ y: [Float], on unit: MatrixUnit) -> Float {
    let right = PackedMatrix(
      weights: Matrix(rows: y.count, columns: 1, elements: y), for: unit)
    return right.product(reading: Matrix(rows: 1, columns: x.count, elements: x))[0, 0]
  }

  @Test("sums even and odd depths apart", arguments: tileUnits)
  func sumsApart(unit: MatrixUnit) {
    let large: Float = 0x1p24
    // Rounded after every sum of its own half, to even.
    #expect(sum([large, 1, 0, 1], on: unit) == large + 2)
    #expect(sum([large, 0, 1, 0, 1], on: unit) == large)
    #expect(sum([0, large, 0, 1, 0, 1], on: unit) == large)
    // What comes 32 later is another sum.
    #expect(sum([large] + [Float](repeating: 0, count: 31) + [1, 1], on: unit) == large + 2)
  }

  @Test("rounds a product together with its sum", arguments: tileUnits)
  func isFused(unit: MatrixUnit) {
    // The products' 16 bits reach below the last place of the sum of both.
    #expect(dot([0x1.02p12, 0, -0x1.04p12], [0x1.02p0, 0, 1], on: unit) == 0x1p-2)
    // Neither product is a float; their difference is.
    #expect(dot([0x1p64, 0, -0x1p64], [0x1p64, 0, 0x1p63], on: unit) == .infinity)
    #expect(dot([-0x1p127, 0, 0x1p64], [1, 0, 0x1p64], on: unit) == 0x1p127)
  }

  @Test("takes subnormal numbers for zero", arguments: tileUnits)
  func flushes(unit: MatrixUnit) {
    #expect(dot([0x1p-126], [1], on: unit) == 0x1p-126)
    #expect(dot([0x1p-127], [0x1p100], on: unit) == 0)
    #expect(dot([1], [0x1p-127], on: unit) == 0)
    #expect(dot([0x1p-64], [0x1p-64], on: unit) == 0)
    #expect(dot([0x1p-63], [0x1p-63], on: unit) == 0x1p-126)
    #expect(dot([0x1p-126, -0x1p-126], [0x1.8p0, 1], on: unit) == 0)
    // But a product within a sum is not one yet.
    #expect(dot([0x1p-60, 0, 0x1p-70], [0x1p-60, 0, 0x1p-70], on: unit) == 0x1.00001p-120)
  }
}
