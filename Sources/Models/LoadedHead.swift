import Tensors

/// The final norm and the head, ready to turn hidden states into logits.
package struct LoadedHead: Sendable {
  /// The head as the model describes it.
  package let linear: Linear
  private let norm: RMSNorm
  private let normWeight: [Float]
  private let head: LoadedLinear

  /// Reads the final norm and the head, whose weights take 4 bytes each.
  package init(of model: Model) throws {
    let description = model.description
    linear = description.head
    norm = description.finalNorm
    normWeight = try model.weights.vector(norm.tensor, count: norm.width)
    head = try LoadedLinear(linear, from: model.weights)
  }

  /// The head's weights, (hidden, vocabulary).
  package var weights: Matrix { head.weights }

  /// What the head reads: the normalized hidden states.
  package func normalized(_ states: Matrix) -> Matrix { norm(states, weight: normWeight) }

  /// The logits, (tokens, vocabulary), given what `normalized` returned.
  package func logits(reading input: Matrix) -> Matrix { head.output(reading: input) }
}

extension LoadedHead {
  /// Tokens whose logits are worth having in memory together: vocabularies are large.
  package static let tokensAtOnce = 128
}
