import Checkpoints

/// Helium 1: Llama's block with neighboring dimensions turned together.
package struct Helium: Architecture {
  package let names = ["HeliumForCausalLM"]
  package let modelTypes = ["helium"]

  /// Without "head_dim" it is 128, without "num_key_value_heads" there are 20. Biases by
  /// "attention_bias" (q, k, v) and "mlp_bias", both false when absent.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var rope = RotaryDefaults()
    rope.theta = 100_000
    rope.pairing = .neighbors
    var family = try LlamaFamily(
      config, tensors, defaults: ["num_key_value_heads": 20, "head_dim": 128], epsilon: 1e-8,
      rope: rope)
    family.queryKeyValueBias = try config.bool("attention_bias", default: false)
    try family.readFeedForwardBias()
    return try family.description(architecture: names[0])
  }
}
