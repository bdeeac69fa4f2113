/// What a layer's error is relative to.
package enum ErrorScale: String, CaseIterable, Codable, Sendable {
  /// The hidden states behind the layer's sublayer, which the error disturbs by its gain; for the
  /// head, the logits without what they have in common. The default: an equal disturbance of the
  /// states costs about equally much wherever it happens, and one of a layer's output does not.
  case residual

  /// The layer's own output.
  case output

  /// What the squared errors of a layer's output, per row, are to be divided by: infinity where no
  /// error gets through.
  ///
  /// A measurement that lacks what `residual` needs is used with its outputs.
  func reference(of layer: MeasuredLayer) -> [Float] {
    guard self == .residual, let residual = layer.residual, let gain = layer.gain else {
      return layer.reference
    }
    return residual.map { gain > 0 ? Float(Double($0) / gain) : .infinity }
  }
}
