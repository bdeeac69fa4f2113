import Checkpoints

/// OLMo 3: OLMo 2's block with a window in three of four blocks, where the rotary embedding isn't
/// scaled.
package struct OLMo3: Architecture {
  package let names = ["Olmo3ForCausalLM"]
  package let modelTypes = ["olmo3"]

  /// Without "sliding_window" it is 4096.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var rope = RotaryDefaults()
    rope.theta = 500_000
    rope.layerType = "full_attention"
    var family = try LlamaFamily(config, tensors, epsilon: 1e-5, rope: rope)
    try family.normalizeOutputsAsOLMo2()
    let slides = try family.readWindow(default: 4096) { ($0 + 1) % 4 != 0 }
    // "rope_theta" is about the other blocks only.
    try family.turnUnscaled(where: slides, theta: rope.theta)
    return try family.description(architecture: names[0])
  }
}
