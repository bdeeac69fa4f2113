import Tensors

/// A few random combinations of a row's tokens, from which the size of any linear layer's output
/// over that row can be estimated without running the row again.
///
/// With signs S, (size, tokens), scaled so that E[SᵀS] = 1, the expectation of ‖S X ΔW‖² is
/// ‖X ΔW‖². Its spread falls with the size and with the number of directions the output has.
/// (Achlioptas, "Database-friendly random projections", 2003.)
package struct RowSketch: Sendable {
  /// The combinations, (size, tokens); nil if the tokens themselves are kept.
  private let signs: Matrix?

  /// `size` combinations of `tokens` tokens; 0, or as many as there are tokens, keeps every token,
  /// which is exact.
  package init(size: Int, tokens: Int, seed: UInt64, row: Int) {
    guard size > 0, size < tokens else {
      signs = nil
      return
    }
    var generator = SeededGenerator(seed: seed, stream: UInt64(row) | 2 << 32)
    let scale = 1 / Float(size).squareRoot()
    signs = Matrix(
      rows: size, columns: tokens,
      elements: (0..<size * tokens).map { _ in generator.nextSign() * scale })
  }

  /// The combinations of a layer's inputs, (tokens, in) → (size, in). `tokens` are the indices of
  /// those inputs where they aren't of all tokens; no more than `size` of them are kept as they are.
  package func callAsFunction(_ activations: Matrix, tokens: [Int]? = nil) -> Matrix {
    guard let signs else { return activations }
    guard let tokens else { return signs * activations }
    if tokens.count <= signs.rows { return activations }
    return signs.columns(tokens.map { $0..<$0 + 1 }) * activations
  }
}
