import Jobs
import Tensors
import Testing

@Suite("A row sketch")
struct RowSketchTests {
  private func random(_ rows: Int, _ columns: Int, seed: Int) -> Matrix {
    var random = SeededGenerator(seed: UInt64(seed))
    return Matrix(
      rows: rows, columns: columns,
      elements: (0..<rows * columns).map { _ in random.nextNormal() })
  }

  @Test("keeps every token when it can", arguments: [0, 24, 25, 1000])
  func keepsEveryToken(size: Int) {
    let activations = random(24, 5, seed: 1)
    #expect(RowSketch(size: size, tokens: 24, seed: 1, row: 0)(activations) == activations)
  }

  @Test func hasItsSizeAndDependsOnSeedAndRow() {
    let activations = random(24, 5, seed: 1)
    func sketch(_ seed: UInt64, _ row: Int) -> Matrix {
      RowSketch(size: 7, tokens: 24, seed: seed, row: row)(activations)
    }
    #expect(sketch(1, 2).rows == 7 && sketch(1, 2).columns == 5)
    #expect(sketch(1, 2) == sketch(1, 2))
    #expect(sketch(1, 2) != sketch(2, 2) && sketch(1, 2) != sketch(1, 3))
  }

  /// Of a sequence's tokens some go to an expert: their signs are those that they have among all.
  @Test func takesSomeTokensAsIfTheOthersWereZero() {
    let activations = random(24, 5, seed: 1)
    let tokens = [1, 4, 5, 9, 10, 17, 20, 23]
    let sketch = RowSketch(size: 3, tokens: 24, seed: 1, row: 0)
    var padded = Matrix(rows: 24, columns: 5)
    for token in tokens {
      padded.replaceRows(from: token, with: activations.rows(token..<token + 1))
    }
    let found = sketch(activations.gathered(tokens), tokens: tokens)
    let expected = sketch(padded)
    #expect(zip(found.elements, expected.elements).allSatisfy { abs($0 - $1) < 1e-5 })
    let few = activations.gathered([3, 7])
    #expect(sketch(few, tokens: [3, 7]) == few)
  }

  /// With signs, the estimate of ‖Y‖² has a variance of at most 2/size · ‖Y‖⁴; of the mean of
  /// `count` of them five standard deviations are allowed.
  @Test("estimates the size of any output without bias", arguments: [1, 4, 16])
  func isUnbiased(size: Int) {
    let (activations, weights) = (random(24, 8, seed: 1), random(8, 5, seed: 2))
    let exact = (activations * weights).squaredNorm
    let count = 4000
    let mean =
      (0..<count).reduce(0.0) { sum, seed in
        let sketch = RowSketch(size: size, tokens: 24, seed: UInt64(seed), row: seed % 3)
        return sum + (sketch(activations) * weights).squaredNorm
      } / Double(count)
    let deviation = (2 / Double(size) / Double(count)).squareRoot()
    #expect(abs(mean / exact - 1) < 5 * deviation)
  }
}
