import Checkpoints

/// OLMo 2: Llama's layers with norms behind attention and feed-forward and none in front, and with
/// all queries and all keys of a token normalized together.
package struct OLMo2: Architecture {
  package let names = ["Olmo2ForCausalLM"]
  package let modelTypes = ["olmo2"]

  /// Biases by "attention_bias" (q, k, v, o), false when absent.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(config, tensors, epsilon: 1e-5)
    try family.normalizeOutputsAsOLMo2()
    return try family.description(architecture: names[0])
  }
}

extension LlamaFamily {
  /// Norms behind attention and feed-forward, and for queries and keys.
  mutating func normalizeOutputsAsOLMo2() throws {
    norms = BlockNorms(
      attention: nil, attentionOutput: "post_attention_layernorm", feedForward: nil,
      feedForwardOutput: "post_feedforward_layernorm")
    try normalizeHeadsAsOLMo2()
  }

  /// A norm for all queries and one for all keys of a token, and biases by "attention_bias".
  mutating func normalizeHeadsAsOLMo2() throws {
    headNorm = { [headDimension, epsilon] name, heads in
      Norm(name, width: heads * headDimension, epsilon: epsilon)
    }
    try readAttentionBias()
  }
}
