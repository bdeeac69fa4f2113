import Checkpoints

/// Mixtral: Mistral's attention, and a feed-forward of experts whose shares add up to 1.
package struct Mixtral: Architecture {
  package let names = ["MixtralForCausalLM"]
  package let modelTypes = ["mixtral"]

  /// 8 experts, 2 per token, when the keys are absent.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var rope = RotaryDefaults()
    rope.theta = 1e6
    var family = try LlamaFamily(
      config, tensors, defaults: ["num_key_value_heads": 8], epsilon: 1e-5, rope: rope)
    try family.readWindow()
    let (experts, chosen) = try config.expertCounts(
      ["num_local_experts"], default: 8, chosen: 2)
    let shape = ExpertLayer.Shape(
      hidden: family.hidden, experts: experts, chosen: chosen,
      width: try config.positiveInt("intermediate_size"), normalizes: true,
      activation: family.activation, module: "block_sparse_moe", gate: "w1", up: "w3", down: "w2")
    family.useExperts(shape)
    return try family.description(architecture: names[0])
  }
}
