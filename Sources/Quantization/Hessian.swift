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

  package var inputs: Int { matrix.rows }

  /// The squared norm of each input over the tokens.
  package var diagonal: [Float] { (0..<inputs).map { matrix[$0, $0] } }

  /// Adds the tokens of `activations`, (tokens, in), on all cores.
  package mutating func add(_ activations: Matrix) {
    matrix.addGram(of: activations)
    tokens += activations.rows
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
