import Quantization
import Tensors
import Testing

@Suite struct HessianTests {
  @Test func addsUpTokens() {
    let activations = correlatedActivations(tokens: 40, inputs: 32, seed: 1)
    var parts = Hessian(inputs: 32)
    parts.add(activations.rows(0..<10))
    parts.add(activations.rows(10..<40))
    #expect(parts.tokens == 40)
    for i in 0..<32 {
      for j in 0..<32 {
        let products = (0..<40).map { Double(activations[$0, i]) * Double(activations[$0, j]) }
        let bound = 40 * 0x1p-23 * products.reduce(0) { $0 + abs($1) }
        #expect(abs(Double(parts.matrix[i, j]) - products.reduce(0, +)) <= bound)
      }
    }
  }

  @Test func energyIsTheSquaredNormOfTheOutput() {
    let activations = correlatedActivations(tokens: 100, inputs: 64, seed: 2)
    let weights = randomWeights(inputs: 64, outputs: 16, seed: 3)
    var hessian = Hessian(inputs: 64)
    hessian.add(activations)
    let expected = (activations * weights).squaredNorm
    #expect(abs(hessian.energy(of: weights) - expected) < 1e-5 * expected)
  }

  @Test("factors the damped, sorted, normalized Hessian", arguments: [1, 2, 3])
  func factor(seed: UInt64) throws {
    let hessian = correlatedHessian(tokens: 400, inputs: 64, seed: seed)
    let factor = try hessian.factor(damping: 0.01)
    let diagonal = hessian.diagonal
    let sorted = factor.permutation.map { diagonal[$0] }
    #expect(sorted == diagonal.sorted(by: >))
    #expect(factor.damping == 0.01)
    let mean = diagonal.reduce(0) { $0 + Double($1) } / 64
    #expect(abs(factor.unit - mean) < 1e-6 * mean)
    // Uᵀ U H' is the identity.
    let inverse = Matrix.product(factor.upper.transposedPart, factor.upper.part())
    for i in 0..<64 {
      for j in 0..<64 {
        var sum = 0.0
        for k in 0..<64 {
          let (a, b) = (factor.permutation[k], factor.permutation[j])
          let damped = Double(hessian.matrix[a, b]) / mean + (k == j ? 0.01 : 0)
          sum += Double(inverse[i, k]) * damped
        }
        #expect(abs(sum - (i == j ? 1 : 0)) < 2e-3)
      }
    }
  }

  @Test func ordersEqualInputsByIndex() throws {
    let factor = try Hessian(inputs: 64).factor(damping: 0.01)
    #expect(factor.permutation == Array(0..<64))
  }

  @Test func doesNotDependOnTheNumberOrSizeOfTokens() throws {
    let activations = correlatedActivations(tokens: 300, inputs: 64, seed: 4)
    var once = Hessian(inputs: 64)
    once.add(activations)
    let factor = try once.factor(damping: 0.01)
    // Powers of two, so that not even rounding differs.
    for scale: Float in [0x1p-40, 0x1p-10, 4, 0x1p30] {
      let scaled = Hessian(
        matrix: Matrix(rows: 64, columns: 64, elements: once.matrix.elements.map { $0 * scale }),
        tokens: 300)
      let other = try scaled.factor(damping: 0.01)
      #expect(other.upper == factor.upper && other.permutation == factor.permutation)
      #expect(other.unit == factor.unit * Double(scale))
    }
  }

  @Test func actsAsAnIdentityWithoutTokens() throws {
    let factor = try Hessian(inputs: 32).factor(damping: 0.25)
    for i in 0..<32 {
      for j in 0..<32 { #expect(factor.upper[i, j] == (i == j ? 2 : 0)) }
    }
  }

  @Test func putsDeadInputsLast() throws {
    var activations = correlatedActivations(tokens: 200, inputs: 32, seed: 5)
    for token in 0..<200 {
      activations[token, 3] = 0
      activations[token, 17] = 0
    }
    var hessian = Hessian(inputs: 32)
    hessian.add(activations)
    let factor = try hessian.factor(damping: 0.01)
    #expect(factor.permutation.suffix(2) == [3, 17])
    #expect(factor.upper[31, 31] == 10)  // 1 / √0.01
    #expect(factor.upper.isFinite)
  }

  @Test func addsDampingUntilTheHessianCanBeFactored() throws {
    // Rank one, and no damping asked for.
    var hessian = Hessian(inputs: 256)
    hessian.add(Matrix(rows: 1, columns: 256, elements: [Float](repeating: 1, count: 256)))
    let factor = try hessian.factor(damping: 0)
    #expect(factor.damping >= 1e-6 && factor.damping < 1e-3)
    #expect(factor.upper.isFinite)

    var indefinite = Matrix(rows: 32, columns: 32)
    for i in 0..<32 { indefinite[i, i] = 1 }
    (indefinite[0, 1], indefinite[1, 0]) = (3, 3)
    let damped = try Hessian(matrix: indefinite, tokens: 1).factor(damping: 0.1)
    #expect(damped.damping == 0.1 * 4 * 4 * 4)
  }

  @Test func saysWhenNoDampingHelps() {
    var indefinite = Matrix(rows: 32, columns: 32)
    for i in 0..<32 { indefinite[i, i] = 1 }
    (indefinite[0, 1], indefinite[1, 0]) = (1e9, 1e9)
    #expect {
      try Hessian(matrix: indefinite, tokens: 1).factor(damping: 0.01)
    } throws: {
      guard case .hessianNotFactored(32, _) = $0 as? QuantizationError else { return false }
      return true
    }
  }

  @Test func saysWhenActivationsOverflowed() {
    var hessian = Hessian(inputs: 32)
    hessian.add(
      Matrix(
        rows: 1, columns: 32, elements: [Float](repeating: .greatestFiniteMagnitude, count: 32)))
    #expect(throws: QuantizationError.hessianNotFinite(tokens: 1)) { try hessian.factor() }
  }

  @Test(
    "suggests less damping for more tokens",
    arguments: [
      (0, 0.2), (640, 0.2), (6400, 0.05), (640_000, 0.003),
    ])
  func suggestedDamping(tokens: Int, expected: Double) {
    let hessian = Hessian(matrix: Matrix(rows: 640, columns: 640), tokens: tokens)
    #expect(hessian.suggestedDamping == expected)
  }

  @Test func keepsTheOrderOfInputsWhereAsked() throws {
    var hessian = Hessian(inputs: 3)
    hessian.add(Matrix(rows: 4, columns: 3, elements: [1, 5, 3, -1, 4, 2, 1, -6, 3, 0, 5, -2]))
    #expect(try hessian.factor(damping: 0.01).permutation == [1, 2, 0])
    let kept = try hessian.factor(damping: 0.01, keepsOrder: true)
    #expect(kept.permutation == [0, 1, 2])
    // Uᵀ U (H / unit + damping) = 1.
    var damped = hessian.matrix
    damped *= Float(1 / kept.unit)
    for i in 0..<3 { damped[i, i] += 0.01 }
    let product = Matrix.product(kept.upper.transposedPart, kept.upper.part()) * damped
    for i in 0..<3 {
      for j in 0..<3 {
        let expected: Float = i == j ? 1 : 0
        #expect(abs(product[i, j] - expected) < 1e-3)
      }
    }
  }

  @Test func isFilledWithAverageTokensOfAnother() {
    var (own, other) = (Hessian(inputs: 2), Hessian(inputs: 2))
    own.add(Matrix(rows: 1, columns: 2, elements: [1, 2]))
    other.add(Matrix(rows: 4, columns: 2, elements: [1, 0, 3, 0, 0, 2, 1, 1]))
    let filled = own.filled(with: 2, averageTokensOf: other)
    #expect(filled.tokens == 3)
    let expected: [Float] = [6.5, 2.5, 2.5, 6.5]
    #expect(filled.matrix.elements == expected)
    #expect(Hessian(inputs: 2).filled(with: 4, averageTokensOf: other).matrix == other.matrix)
  }
}
