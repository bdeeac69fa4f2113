import Checkpoints

/// GLM 4 of 2025 (0414): GLM's block with norms behind attention and feed-forward too.
package struct GLM4: Architecture {
  package let names = ["Glm4ForCausalLM"]
  package let modelTypes = ["glm4"]

  /// "post_attention_layernorm" is in front of the feed-forward, as in Llama.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily.glm(config, tensors)
    family.norms = BlockNorms(
      attentionOutput: "post_self_attn_layernorm", feedForwardOutput: "post_mlp_layernorm")
    return try family.description(architecture: names[0])
  }
}
