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
    family.norms = BlockNorms(
      attention: nil, attentionOutput: "post_attention_layernorm", feedForward: nil,
      feedForwardOutput: "post_feedforward_layernorm")
    let epsilon = try config.positiveDouble("rms_norm_eps", default: 1e-5)
    family.headNorm = { [width = family.headDimension] name, heads in
      Norm(name, width: heads * width, epsilon: epsilon)
    }
    family.queryKeyValueBias = try config.bool("attention_bias", default: false)
    family.outputBias = family.queryKeyValueBias
    return try family.description(architecture: names[0])
  }
}
