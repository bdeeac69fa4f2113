import Tensors

/// Sizes around one and several vectors of sixteen lanes, and around a stretch of 1024.
let oddSizes = [0, 1, 2, 15, 16, 17, 31, 33, 255, 1023, 1024, 1025, 2065]

/// Half a unit in the last place of 1: what one rounding loses at most, relatively.
let rounding = Double(Float.ulpOfOne) / 2

/// Normally distributed numbers.
func randomNumbers(_ count: Int, seed: Int, size: Float = 1) -> [Float] {
  var random = SeededGenerator(seed: UInt64(seed))
  return (0..<count).map { _ in random.nextNormal() * size }
}

/// A matrix of normally distributed numbers.
func randomMatrix(_ rows: Int, _ columns: Int, seed: Int, size: Float = 1) -> Matrix {
  Matrix(
    rows: rows, columns: columns,
    elements: randomNumbers(rows * columns, seed: seed, size: size))
}

extension Matrix {
  /// Some row in double precision.
  func doubles(ofRow row: Int) -> [Double] { self.row(row).map(Double.init) }
}

func sumOfSquares(_ values: some Sequence<Float>) -> Double {
  values.reduce(0) { $0 + Double($1) * Double($1) }
}
