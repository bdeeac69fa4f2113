import Checkpoints

/// Ministral 3, the language model by itself or inside the multimodal one: Mistral's block,
/// stretched by YaRN, with queries that grow with their positions.
package struct Ministral3: Architecture {
  package let names = ["Ministral3ForCausalLM"]
  package let modelTypes = ["ministral3"]

  /// Without "head_dim" it is 128, without "num_key_value_heads" there are 8. Without rotary
  /// settings the model was stretched from 16,384 positions to 16 times as many.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    let originalPositions = 16_384
    var rope = RotaryDefaults()
    rope.theta = 1e6
    rope.scaling = .yarn(
      YarnScaling(factor: 16, originalPositions: originalPositions, attentionFactor: 1))
    var family = try LlamaFamily(
      config, tensors, defaults: ["num_key_value_heads": 8, "head_dim": 128], epsilon: 1e-5,
      rope: rope)
    try family.readWindow()
    let settings = try config.rotarySettings()
    family.queryScale = PositionScale(
      beta: try settings?.finiteDoubleIfPresent("llama_4_scaling_beta") ?? 0.1,
      period: try settings?.positiveInt("original_max_position_embeddings") ?? originalPositions)
    return try family.description(architecture: names[0])
  }
}
