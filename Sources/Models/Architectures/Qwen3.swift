import Checkpoints

/// Qwen 3, dense: Llama's block, with queries and keys normalized per head.
package struct Qwen3: Architecture {
  package let names = ["Qwen3ForCausalLM"]
  package let modelTypes = ["qwen3"]

  /// Without "head_dim" it is 128, without "num_key_value_heads" there are 32.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(
      config, tensors, defaults: ["num_key_value_heads": 32, "head_dim": 128])
    try family.normalizeHeadsAsQwen3()
    try family.readWindowAsQwen()
    return try family.description(architecture: names[0])
  }
}

extension LlamaFamily {
  /// A norm per head for queries and keys, and biases by "attention_bias".
  mutating func normalizeHeadsAsQwen3() throws {
    headNorm = { [headDimension, epsilon] name, heads in
      Norm(name, headDimension: headDimension, heads: heads, epsilon: epsilon)
    }
    try readAttentionBias()
  }
}
