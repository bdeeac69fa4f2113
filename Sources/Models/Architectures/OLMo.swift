import Checkpoints

/// OLMo 1: Llama's block behind norms that have no weights, with queries, keys and values clipped
/// in the larger models.
package struct OLMo: Architecture {
  package let names = ["OlmoForCausalLM"]
  package let modelTypes = ["olmo"]

  /// Biases by "attention_bias" (q, k, v, o), false when absent. No key says what norms add to the
  /// variance.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(config, tensors, epsilonKey: nil, epsilon: 1e-5)
    family.useLayerNorms(hasWeight: false)
    family.attentionClip = try config.positiveDoubleIfPresent("clip_qkv")
    try family.readAttentionBias()
    return try family.description(architecture: names[0])
  }
}
