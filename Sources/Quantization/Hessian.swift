import Tensors

/// The sum of `xᵀ x` over the calibration tokens `x` that enter a stage, and how many there were.
///
/// The output error that an error Δ of the weights, (in, out), causes on those tokens is
/// `tr(Δᵀ H Δ)`. Factors such as 2 or 1/tokens are left out: quantization doesn't depend on them.
package struct Hessian: Sendable {
  package private(set) var matrix: Matrix  // (in, in)
  package private(set) var tokens: Int

  /// The Hessian of no tokens yet.
  package init(inputs: Int) {
    matrix = Matrix(rows: inputs, columns: inputs)
    tokens = 0
  }

  /// A Hessian summed elsewhere; `matrix`, (in, in), is symmetric.
  package init(matrix: Matrix, tokens: Int) {
    precondition(matrix.rows == matrix.columns)
    self.matrix = matrix
    self.tokens = tokens
  }

  /// Input features of the stage.
  package var inputs: Int { matrix.rows }

  /// The squared norm of each input over the tokens.
  package var diagonal: [Float] { (0..<inputs).map { matrix[$0, $0] } }

  /// The damping that suits this many tokens, as a multiple of the mean diagonal.
  ///
  /// Fewer tokens make a noisier Hessian, and damping keeps errors from being carried along
  /// correlations that are noise. For 2 to 5 bits and layers of 256 and 640 inputs of a small model,
  /// the damping with the least error on other text was about 0.2, 0.08, 0.025, 0.02, 0.003, 0.003 at
  /// 3, 8, 13, 32, 51, 128 tokens per input. This rule stays within a percent of these errors; a
  /// fixed 0.01 loses up to 25 %, and 0.12 up to 6 %.
  package var suggestedDamping: Double {
    min(max(0.5 * Double(inputs) / Double(max(tokens, 1)), 0.003), 0.2)
  }

  /// Adds the tokens of `activations`, (tokens, in), on all cores.
  package mutating func add(_ activations: Matrix) {
    matrix.addGram(of: activations)
    tokens += activations.rows
  }

  /// Adds what another Hessian sums.
  package mutating func add(_ other: Hessian) {
    matrix += other.matrix
    tokens += other.tokens
  }

  /// This Hessian with so many average tokens of another in addition; the other must not be of none.
  package func filled(with count: Int, averageTokensOf other: Hessian) -> Hessian {
    precondition(other.inputs == inputs && other.tokens > 0)
    var filled = Hessian(matrix: other.matrix, tokens: count)
    filled.matrix *= Float(Double(count) / Double(other.tokens))
    filled.add(self)
    return filled
  }

  /// `tr(Mᵀ H M)` for `M`, (in, out): the output's squared norm for weights, the squared output
  /// error for a difference of weights.
  package func energy(of weights: Matrix) -> Double {
    let product = matrix * weights
    var total = 0.0
    for row in 0..<inputs {
      var sum = 0.0
      for (a, b) in zip(product.row(row), weights.row(row)) { sum += Double(a) * Double(b) }
      total += sum
    }
    return total
  }
}
