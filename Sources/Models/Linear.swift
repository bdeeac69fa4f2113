/// One weight matrix, `y = W x + b`: the thing we quantize.
package struct Linear: Sendable, Hashable {
  /// The layer's name in the checkpoint, such as "model.layers.0.self_attn.q_proj".
  package let name: String
  /// Features of `x`.
  package let inputs: Int
  /// Features of `y`.
  package let outputs: Int
  /// Whether there is a `b`.
  package let hasBias: Bool

  /// The tensor that holds the weights, (out, in). A tied head reads the embedding's.
  package let weightTensor: String

  /// A layer whose weights are in "`name`.weight" if no other tensor is given.
  package init(
    _ name: String, in inputs: Int, out outputs: Int, bias: Bool = false,
    weightTensor: String? = nil
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.hasBias = bias
    self.weightTensor = weightTensor ?? "\(name).weight"
  }

  /// The tensor that holds the bias, (out), if there is one.
  package var biasTensor: String? { hasBias ? "\(name).bias" : nil }

  /// The last part of the name, which says what the layer does: "q_proj".
  package var role: String { String(name.split(separator: ".").last ?? "") }

  /// Elements of `W`; the bias isn't counted.
  package var weightCount: Int { inputs * outputs }
}
