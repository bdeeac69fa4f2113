import Checkpoints

/// GLM 4 of 2024: Llama's block with gate and up in one matrix, biases on queries, keys and values,
/// and neighboring dimensions of half a head turned together.
package struct GLM: Architecture {
  package let names = ["GlmForCausalLM"]
  package let modelTypes = ["glm"]

  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    try LlamaFamily.glm(config, tensors).description(architecture: names[0])
  }
}

extension LlamaFamily {
  /// What both generations have in common. Without "head_dim" it is 128, without
  /// "num_key_value_heads" there are 2.
  static func glm(_ config: ModelConfiguration, _ tensors: TensorNames) throws -> LlamaFamily {
    var rope = RotaryDefaults()
    rope.partialFactor = 0.5
    rope.pairing = .neighbors
    var family = try LlamaFamily(
      config, tensors, defaults: ["num_key_value_heads": 2, "head_dim": 128],
      epsilon: 1.5625e-7, rope: rope)
    family.isFeedForwardFused = true
    family.queryKeyValueBias = try config.bool("attention_bias", default: true)
    return family
  }
}
