import Checkpoints

/// OLMoE: Llama's block with all queries and all keys of a token normalized together, and a
/// feed-forward of experts.
package struct OLMoE: Architecture {
  package let names = ["OlmoeForCausalLM"]
  package let modelTypes = ["olmoe"]

  /// 64 experts, 8 per token, when the keys are absent.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(config, tensors, epsilon: 1e-5)
    try family.normalizeHeadsAsOLMo2()
    family.attentionClip = try config.positiveDoubleIfPresent("clip_qkv")
    let (experts, chosen) = try config.expertCounts(
      ["num_experts", "num_local_experts"], default: 64, chosen: 8)
    let shape = ExpertLayer.Shape(
      hidden: family.hidden, experts: experts, chosen: chosen,
      width: try config.positiveInt("intermediate_size"),
      normalizes: try config.bool("norm_topk_prob", default: false),
      activation: family.activation)
    family.useExperts(shape)
    return try family.description(architecture: names[0])
  }
}
