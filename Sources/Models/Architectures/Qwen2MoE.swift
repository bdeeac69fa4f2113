import Checkpoints

/// Qwen 1.5 and 2 with experts: Qwen 2's attention, and a feed-forward of experts beside one that all
/// tokens go through.
package struct Qwen2MoE: Architecture {
  package let names = ["Qwen2MoeForCausalLM"]
  package let modelTypes = ["qwen2_moe"]

  /// 60 experts of width 1408, 4 per token, and a shared one of width 5632, when the keys are absent.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(config, tensors, defaults: ["num_key_value_heads": 16])
    family.queryKeyValueBias = try config.bool("qkv_bias", default: true)
    if try config.bool("use_sliding_window", default: false) {
      let firstFull = try config.int("max_window_layers", default: 28)
      try family.readWindow(default: 4096) { $0 < firstFull && $0 % 2 == 0 }
    }
    let (experts, chosen) = try config.expertCounts(["num_experts"], default: 60, chosen: 4)
    try family.mixAsQwen(
      ExpertLayer.Shape(
        hidden: family.hidden, experts: experts, chosen: chosen,
        width: config.positiveInt("moe_intermediate_size", default: 1408),
        normalizes: config.bool("norm_topk_prob", default: false), activation: family.activation,
        sharedWidth: config.positiveInt("shared_expert_intermediate_size", default: 5632)))
    return try family.description(architecture: names[0])
  }
}
