import Checkpoints

/// Gemma 3, the language model by itself or inside the multimodal one: Gemma 2's block with queries
/// and keys normalized per head, and a window and another rotary embedding in five of six blocks.
package struct Gemma3: Architecture {
  package let names = ["Gemma3ForCausalLM"]
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
    let epsilon = try config.positiveDouble("rms_norm_eps", default: 1e-6)
    family.headNorm = { [width = family.headDimension] name, heads in
      Norm(name, headDimension: width, heads: heads, epsilon: epsilon, weightOffset: 1)
    }
    family.logitSoftCap = try config.softCap("final_logit_softcapping", default: nil)

    let pattern = try config.positiveInt("sliding_window_pattern", default: 6)
    let slides = try config.slidingBlocks { ($0 + 1) % pattern != 0 }
    let size = try config.positiveInt("sliding_window", default: 4096)
    family.window = { slides($0) ? size : nil }
    let (full, local) = (family.rope, try localRope(config, family))
    family.rope = { slides($0) ? local : full($0) }
    return try family.description(architecture: names[0])
  }

  /// The rotary embedding of blocks with a window, which isn't scaled.
  private func localRope(
    _ config: ModelConfiguration, _ family: LlamaFamily
  ) throws -> RotaryEmbedding {
    let newer = try config.object("rope_parameters")?.object("sliding_attention")
    let theta =
      try newer?.positiveDoubleIfPresent("rope_theta")
      ?? config.positiveDouble("rope_local_base_freq", default: 10_000)
    return RotaryEmbedding(dimensions: family.headDimension, theta: theta)
  }
}
