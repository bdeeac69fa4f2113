import Tensors

/// One sequence's way through a sublayer.
package struct SublayerPass: Sendable {
  /// What the readers read: the normalized hidden states, (tokens, hidden).
  package let input: Matrix
  /// What each reader puts out, (tokens, out).
  package let outputs: [Matrix]
  /// What the writer reads.
  package let mixed: Matrix
  /// What the writer puts out and the sublayer adds to the hidden states, (tokens, hidden).
  package let written: Matrix
}
