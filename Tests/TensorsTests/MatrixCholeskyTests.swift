import Tensors
import Testing

@Suite("The inverse Cholesky factor")
struct MatrixCholeskyTests {
  /// The identity and a little more, so that no eigenvalue is below 1.
  private func positiveDefinite(_ size: Int, seed: Int) -> Matrix {
    var matrix = Matrix(rows: size, columns: size)
    matrix.addGram(
      of: randomMatrix(size, size, seed: seed, size: 1 / Float(size).squareRoot()))
    for i in 0..<size { matrix[i, i] += 1 }
    return matrix
  }

  /// `V`, the factor of `A`, satisfies `V Vᵀ = A + E` with `|E| <= γ |V| |Vᵀ|`, and `U`, its
  /// inverse, `U V = I + F` and `V U = I + G` with `|F|, |G| <= γ |U| |V|`, γ the `n + 1` roundings
  /// of a sum (Higham, "Accuracy and Stability of Numerical Algorithms", chapters 10 and 14). In
  /// the Frobenius norm, `‖V‖² = tr A` and, no eigenvalue being below 1, `‖U‖² <= n`.
  @Test(
    "gives the identity when multiplied out", arguments: [1, 2, 3, 15, 16, 17, 33, 64, 129, 200])
  func inverts(size: Int) throws {
    let a = positiveDefinite(size, seed: size)
    let u = try #require(a.inverseCholesky())
    for i in 0..<size {
      #expect(u[i, i] > 0)
      for j in 0..<i { #expect(u[i, j] == 0) }
    }

    let trace = (0..<size).reduce(0.0) { $0 + Double(a[$1, $1]) }
    // The largest eigenvalue is at most the largest sum of a row's magnitudes.
    let largest = (0..<size).map { a.row($0).reduce(0.0) { $0 + Double(abs($1)) } }.max() ?? 0
    let gamma = Double(size + 1) * rounding
    let bound = gamma * (trace + 2 * (largest * Double(size) * trace).squareRoot())
    #expect(bound < 0.05)

    var distance = 0.0
    let inverse = (0..<size).map { i in
      (0..<size).map { k in
        (0...min(i, k)).reduce(0.0) { $0 + Double(u[$1, i]) * Double(u[$1, k]) }
      }
    }
    for i in 0..<size {
      for j in 0..<size {
        let sum = (0..<size).reduce(0.0) { $0 + inverse[i][$1] * Double(a[$1, j]) }
        let difference = sum - (i == j ? 1 : 0)
        distance += difference * difference
      }
    }
    #expect(distance.squareRoot() <= bound)
  }

  @Test("of a permuted, scaled and shifted matrix", arguments: [5, 33, 300])
  func ofAnArrangedMatrix(size: Int) throws {
    let a = positiveDefinite(size, seed: size)
    let order = (0..<size).map { ($0 * 7 + 2) % size }
    var arranged = Matrix(rows: size, columns: size)
    for i in 0..<size {
      for j in 0..<size { arranged[i, j] = Float(Double(a[order[i], order[j]]) * 0.37) }
      arranged[i, i] += 0.25
    }
    let expected = try #require(arranged.inverseCholesky())
    let found = try #require(
      a.inverseCholesky(order: order, scale: 0.37, shift: 0.25, columns: size + 16))
    #expect(found.columns == size + 16)
    for i in 0..<size {
      #expect(found.row(i).suffix(16).allSatisfy { $0 == 0 })
      for j in 0..<size {
        // Kernels may add in another order where rows lie otherwise.
        #expect(abs(found[i, j] - expected[i, j]) <= 1e-5)
      }
    }
  }

  @Test func ofADiagonalIsItsInverseRoot() {
    var a = Matrix(rows: 3, columns: 3)
    for (i, value) in [4, 0.25, 16].enumerated() { a[i, i] = Float(value) }
    #expect(a.inverseCholesky()?.elements == [0.5, 0, 0, 0, 2, 0, 0, 0, 0.25])
    #expect(Matrix(rows: 0, columns: 0).inverseCholesky()?.elements == [])
  }

  @Test(
    "exists for positive definite matrices only",
    arguments: [
      [0, 0, 0, 0], [1, 1, 1, 1], [1, 2, 2, 1], [1, 0, 0, -1], [-1, 0, 0, 1], [1, .nan, .nan, 1],
      [.nan, 0, 0, 1], [1, 0, 0, .nan],
    ] as [[Float]])
  func isNilOtherwise(elements: [Float]) {
    #expect(Matrix(rows: 2, columns: 2, elements: elements).inverseCholesky() == nil)
  }

  @Test("finds one negative eigenvalue", arguments: [3, 17, 64, 260])
  func findsANegativeEigenvalue(size: Int) {
    var a = positiveDefinite(size, seed: size)
    for i in [0, size / 2, size - 1] {
      let kept = a[i, i]
      a[i, i] = -kept
      #expect(a.inverseCholesky() == nil)
      a[i, i] = kept
    }
  }
}
