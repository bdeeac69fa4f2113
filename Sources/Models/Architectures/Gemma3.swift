import Checkpoints

/// Gemma 3, the language model by itself or inside the multimodal one: Gemma 2's block with queries
/// and keys normalized per head, and a window and another rotary embedding in five of six blocks.
package struct Gemma3: Architecture {
  /// The second is that of the multimodal model, which a converted language model may go by.
  package let names = ["Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"]
  package let modelTypes = ["gemma3_text"]

  /// The multimodal files leave out whatever is as in the 4 B model's configuration class.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    if try config.bool("use_bidirectional_attention", default: false) {
      throw ModelError.unsupported(
        setting: "use_bidirectional_attention", value: "true",
        known: ["false: the model must predict the next token"], file: config.file)
    }
    var rope = RotaryDefaults()
    rope.theta = 1e6
    rope.layerType = "full_attention"
    var family = try LlamaFamily.gemma(
      config, tensors,
      defaults: [
        "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26,
        "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256,
        "vocab_size": 262_208, "max_position_embeddings": 131_072,
      ], rope: rope)
    try family.frameAsGemma2()
    family.headNorm = { [width = family.headDimension, epsilon = family.epsilon] name, heads in
      Norm(name, headDimension: width, heads: heads, epsilon: epsilon, weightOffset: 1)
    }
    family.logitSoftCap = try config.softCap("final_logit_softcapping", default: nil)

    let pattern = try config.positiveInt("sliding_window_pattern", default: 6)
    let slides = try family.readWindow(default: 4096) { ($0 + 1) % pattern != 0 }
    try family.turnUnscaled(
      where: slides, theta: config.positiveDouble("rope_local_base_freq", default: 10_000))
    return try family.description(architecture: config.architectures.first ?? names[0])
  }
}

extension LlamaFamily {
  /// Gives some blocks a rotary embedding that isn't scaled, with the base `theta` where the
  /// configuration has none for them.
  mutating func turnUnscaled(where slides: @escaping (Int) -> Bool, theta: Double) throws {
    let settings = try config.rotarySettings()?.object("sliding_attention")
    if let type = try settings?.rotaryType, type != "default" {
      throw ModelError.unsupported(
        setting: "rope_type of sliding_attention", value: type, known: ["default"],
        file: config.file)
    }
    let local = RotaryEmbedding(
      dimensions: headDimension,
      theta: try settings?.positiveDoubleIfPresent("rope_theta") ?? theta)
    rope = { [full = rope] in slides($0) ? local : full($0) }
  }
}
