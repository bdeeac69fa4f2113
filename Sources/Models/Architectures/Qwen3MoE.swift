import Checkpoints

/// Qwen 3 with experts: its attention, and a feed-forward of experts in some or all blocks.
package struct Qwen3MoE: Architecture {
  package let names = ["Qwen3MoeForCausalLM"]
  package let modelTypes = ["qwen3_moe"]

  /// 128 experts of width 768, 8 per token, when the keys are absent.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(config, tensors, defaults: ["num_key_value_heads": 4])
    try family.normalizeHeadsAsQwen3()
    if try config.bool("use_sliding_window", default: false) {
      try family.readWindow(default: 4096)
    }
    let (experts, chosen) = try config.expertCounts(
      ["num_experts", "num_local_experts"], default: 128, chosen: 8)
    try family.mixAsQwen(
      ExpertLayer.Shape(
        hidden: family.hidden, experts: experts, chosen: chosen,
        width: config.positiveInt("moe_intermediate_size", default: 768),
        normalizes: config.bool("norm_topk_prob", default: false), activation: family.activation))
    return try family.description(architecture: names[0])
  }
}

extension LlamaFamily {
  /// Experts in every block, or in every "decoder_sparse_step"-th that isn't one of
  /// "mlp_only_layers".
  mutating func mixAsQwen(_ shape: ExpertLayer.Shape) throws {
    let step = try config.positiveInt("decoder_sparse_step", default: 1)
    let dense = try Set(config.ints("mlp_only_layers", default: []))
    useExperts(shape) { !dense.contains($0) && ($0 + 1) % step == 0 }
  }
}
