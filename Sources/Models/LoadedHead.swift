import Tensors

/// The final norm and the head, ready to turn hidden states into logits.
package struct LoadedHead: Sendable {
  /// The head as the model describes it.
  package let linear: Linear
  private let norm: LoadedNorm
  private var head: LoadedLinear
  private let scale: Float
  private let softCap: Float?

  /// Reads the final norm and the head, whose weights take 4 bytes each, and where AMX multiplies
  /// with them 2 or 4 more.
  package init(of model: Model) throws { try self.init(of: model, on: .current) }

  /// The same for a unit that isn't the process's.
  package init(of model: Model, on unit: MatrixUnit) throws {
    let description = model.description
    linear = description.head
    norm = try LoadedNorm(description.finalNorm, from: model.weights)
    head = try LoadedLinear(linear, from: model.weights, on: unit)
    (scale, softCap) = (description.logitScale, description.logitSoftCap)
  }

  /// The head's weights, (hidden, vocabulary).
  package var weights: Matrix { head.weights }

  /// Puts other weights, (hidden, vocabulary), in the place of the head's.
  package mutating func replaceWeights(with weights: Matrix) {
    precondition(weights.rows == linear.inputs && weights.columns == linear.outputs)
    head.weights = weights
  }

  /// What the head reads: the normalized hidden states.
  package func normalized(_ states: Matrix) -> Matrix { norm(states) }

  /// What the layer puts out, (tokens, vocabulary), given what `normalized` returned: logits before
  /// they are scaled and capped.
  package func output(reading input: Matrix) -> Matrix { head.output(reading: input) }

  /// The logits, (tokens, vocabulary), given what `normalized` returned.
  package func logits(reading input: Matrix) -> Matrix {
    var logits = output(reading: input)
    if scale != 1 { logits *= scale }
    if let softCap { logits.apply(.softCap(softCap)) }
    return logits
  }
}

extension LoadedHead {
  /// Tokens whose logits are worth having in memory together: vocabularies are large.
  package static let tokensAtOnce = 128
}
