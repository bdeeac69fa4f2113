import Checkpoints

/// Nemotron 4 and Minitron: Llama's layers behind norms with mean and bias, whose weights are
/// stored as differences from 1; no gate, and half of each head turned.
package struct Nemotron: Architecture {
  package let names = ["NemotronForCausalLM"]
  package let modelTypes = ["nemotron"]

  /// Biases by "attention_bias" (q, k, v, o) and "mlp_bias", both false when absent.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var rope = RotaryDefaults()
    rope.partialFactor = 0.5
    var family = try LlamaFamily(
      config, tensors, epsilonKey: "norm_eps", epsilon: 1e-5, activation: "relu2", rope: rope)
    family.useLayerNorms(hasBias: true, weightOffset: 1)
    family.feedForwardNames.readers = ["up_proj"]
    try family.readAttentionBias()
    try family.readFeedForwardBias()
    return try family.description(architecture: names[0])
  }
}
