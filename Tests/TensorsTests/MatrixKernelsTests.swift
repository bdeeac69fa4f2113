import Foundation
import Tensors
import Testing

/// Every kernel against a plain loop in double precision.
@Suite("A kernel")
struct MatrixKernelsTests {
  /// Roundings on the way to a sum of squares: one per product, 64 sums in each of sixteen lanes of
  /// a stretch, sixteen over the lanes. The rest of a stretch has fewer.
  private static let sumRoundings = 81.0

  @Test("sums squares", arguments: oddSizes)
  func sumsSquares(count: Int) {
    let matrix = randomMatrix(1, count, seed: count, size: 3)
    let expected = sumOfSquares(matrix.elements)
    #expect(abs(matrix.squaredNorm - expected) <= Self.sumRoundings * rounding * expected)
  }

  /// What all elements of a row have in common doesn't count, as far as the norm is exact:
  /// `|Σx| / n · Σ|x|` is at most `Σ x²`, and the sum is squared.
  @Test("sums squares of what is left without the mean", arguments: oddSizes.filter { $0 > 0 })
  func sumsCenteredSquares(count: Int) {
    for shift in [Float(0), 5] {
      var matrix = randomMatrix(3, count, seed: count)
      matrix.elements = matrix.elements.map { $0 + shift }
      let expected = (0..<3).reduce(0.0) { total, row in
        let values = matrix.doubles(ofRow: row)
        let mean = values.reduce(0, +) / Double(count)
        return total + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      }
      let bound = 3 * Self.sumRoundings * rounding * sumOfSquares(matrix.elements)
      #expect(abs(matrix.centeredSquaredNorm - expected) <= bound)
    }
  }

  @Test("finds the largest magnitude of every column", arguments: oddSizes)
  func findsColumnMaxima(count: Int) {
    let matrix = randomMatrix(5, count, seed: count)
    #expect(
      matrix.columnMaxima
        == (0..<count).map { column in (0..<5).map { abs(matrix[$0, column]) }.max()! })
    #expect(
      Matrix(rows: 0, columns: count).columnMaxima == [Float](repeating: 0, count: count))
  }

  @Test("finds what isn't finite wherever it stands", arguments: oddSizes)
  func findsWhatIsNotFinite(count: Int) {
    var matrix = randomMatrix(1, count, seed: count)
    #expect(matrix.isFinite)
    for index in Set([0, 1, 15, 16, count / 2, count - 2, count - 1]) where 0..<count ~= index {
      let value = matrix.elements[index]
      for wrong in [Float.nan, .infinity, -.infinity] {
        matrix.elements[index] = wrong
        #expect(!matrix.isFinite)
      }
      for extreme in [Float.greatestFiniteMagnitude, -.leastNonzeroMagnitude] {
        matrix.elements[index] = extreme
        #expect(matrix.isFinite)
      }
      matrix.elements[index] = value
    }
  }

  /// Of the roundings in the mean square half remain after the root; the division by `n`, epsilon,
  /// root, inverse and two products add six.
  @Test("normalizes by the root mean square", arguments: oddSizes)
  func normalizes(count: Int) {
    let matrix = randomMatrix(3, count, seed: count, size: 2)
    let weight = randomNumbers(count, seed: 1)
    let epsilon: Float = 1e-5
    let normalized = matrix.rmsNormalized(weight: weight, epsilon: epsilon)
    let roundings = Double(count / 16 + 34) / 2 + 6
    for row in 0..<3 {
      let mean = sumOfSquares(matrix.row(row)) / Double(count)
      let scale = 1 / (mean + Double(epsilon)).squareRoot()
      for column in 0..<count {
        let expected = Double(matrix[row, column]) * scale * Double(weight[column])
        #expect(
          abs(Double(normalized[row, column]) - expected)
            <= roundings * rounding * abs(expected))
      }
    }
  }

  @Test func takesSiluFarFromZero() {
    let x: [Float] = [-1000, -200, -100, -89, -88, 88, 89, 100, 1000]
    for count in [9, 18] {  // in the rest, and in a vector
      let values = (0..<count).map { x[$0 % 9] }
      var result = Matrix(rows: 1, columns: count, elements: values)
      result.apply(.silu)
      for (value, found) in zip(values, result.elements) {
        #expect(value > 0 ? found == value : abs(found) < 1e-34)
      }
    }
  }

  @Test("brings runs of columns to mean 0 and variance 1", arguments: [1, 3, 16, 17, 100], [1, 3])
  func layerNormalizes(width: Int, groups: Int) {
    let count = width * groups
    let x = randomMatrix(3, count, seed: count)
    let (weight, bias) = (randomNumbers(count, seed: 1), randomNumbers(count, seed: 2))
    let result = x.layerNormalized(weight: weight, bias: bias, epsilon: 1e-5, width: width)
    for row in 0..<3 {
      for group in 0..<groups {
        let range = group * width..<(group + 1) * width
        let values = x.doubles(ofRow: row)[range]
        let mean = values.reduce(0, +) / Double(width)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
        for column in range {
          let scaled = (values[column] - mean) / (variance + 1e-5).squareRoot()
          let expected = scaled * Double(weight[column]) + Double(bias[column])
          // A sum of `width` numbers, twice, and a handful of roundings after it.
          let magnitude = abs(scaled * Double(weight[column])) + abs(Double(bias[column])) + 1
          #expect(
            abs(Double(result[row, column]) - expected)
              <= Double(2 * width + 10) * rounding * magnitude)
        }
      }
    }
  }

  @Test("takes the softmax of a range of every row", arguments: oddSizes, [Float(1), 10])
  func softmax(count: Int, size: Float) {
    let ranges = [0..<count, count / 3..<count, 0..<count / 2, count / 3..<count / 2]
    let matrix = randomMatrix(5, count, seed: count, size: size)
    var result = matrix
    result.softmaxRows(4) { ranges[$0] }
    #expect(Array(result.row(4)) == Array(matrix.row(4)))
    for (row, range) in ranges.enumerated() {
      let values = matrix.doubles(ofRow: row)
      let highest = values[range].max() ?? 0
      let total = values[range].reduce(0) { $0 + exp($1 - highest) }
      // The sum is as exact as the mean of its terms, and rounded on the way.
      let sumRoundings =
        values[range].reduce(0) {
          $0 + exp($1 - highest) / total * exponentialRoundings(at: $1 - highest)
        } + Double(count / 16 + 34)
      for column in 0..<count {
        guard range.contains(column) else {
          #expect(result[row, column] == 0)
          continue
        }
        let expected = exp(values[column] - highest) / total
        let roundings = exponentialRoundings(at: values[column] - highest) + sumRoundings + 2
        #expect(
          abs(Double(result[row, column]) - expected)
            <= roundings * rounding * expected + 0x1p-125)
      }
    }
  }

  @Test("adds a vector to every row", arguments: oddSizes)
  func addsToRows(count: Int) {
    let (matrix, vector) = (randomMatrix(3, count, seed: 1), randomNumbers(count, seed: 2))
    var result = matrix
    result.addToRows(vector)
    #expect(
      result.elements
        == (0..<3 * count).map { matrix.elements[$0] + vector[$0 % count] })
  }
}

/// The error of a kernel's `exp(x)` in units of a rounding.
///
/// 2^k is exact. `x` itself may be a rounded difference, its product with log2(e) is rounded, and
/// log2(e) as a float is off by a fifth of a rounding: relative errors of the argument, which
/// become `|x|` times as large. The polynomial is within 1e-7, or two roundings, and takes five
/// steps, of which all but the last are weakened by the factor |r| ln 2 < 0.35.
func exponentialRoundings(at x: Double) -> Double { 2.25 * abs(x) + 5 }
