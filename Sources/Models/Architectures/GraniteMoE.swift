import Checkpoints

/// Granite 3 with experts: Granite's block and factors, and a feed-forward of experts whose shares
/// add up to 1.
package struct GraniteMoE: Architecture {
  package let names = ["GraniteMoeForCausalLM"]
  package let modelTypes = ["granitemoe"]

  /// 8 experts, 2 per token, when the keys are absent. They are stacked, under names of their own
  /// in published files and others in those that transformers 5 writes as it has them in memory.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily.granite(config, tensors)
    let (experts, chosen) = try config.expertCounts(["num_local_experts"], default: 8, chosen: 2)
    let module = "block_sparse_moe"
    let shape = ExpertLayer.Shape(
      hidden: family.hidden, experts: experts, chosen: chosen,
      width: try config.positiveInt("intermediate_size"), normalizes: true,
      activation: family.activation, module: module,
      stacks: [
        .init(
          gateAndUp: "\(module).input_linear.weight", down: "\(module).output_linear.weight",
          router: "\(module).router.layer.weight"),
        .init(
          gateAndUp: "\(module).experts.gate_up_proj", down: "\(module).experts.down_proj",
          router: "\(module).router.weight"),
      ])
    family.useExperts(shape)
    return try family.description(architecture: names[0])
  }
}
