import Checkpoints

/// Gemma 2: Gemma's block with norms behind attention and feed-forward too, scores and logits capped,
/// and a window in every other block.
package struct Gemma2: Architecture {
  package let names = ["Gemma2ForCausalLM"]
  package let modelTypes = ["gemma2"]

  /// Without "head_dim" it is 256, without "num_key_value_heads" there are 4. Caps are absent where
  /// they are null, and 50 for scores and 30 for logits where there is no key.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily.gemma(
      config, tensors, defaults: ["num_key_value_heads": 4, "head_dim": 256])
    try family.frameAsGemma2()
    family.attentionSoftCap = try config.softCap("attn_logit_softcapping", default: 50)
    family.logitSoftCap = try config.softCap("final_logit_softcapping", default: 30)
    try family.readWindow(default: 4096) { $0 % 2 == 0 }
    return try family.description(architecture: names[0])
  }
}

extension LlamaFamily {
  /// Norms on both sides of attention and feed-forward, and a scale of its own for scores.
  mutating func frameAsGemma2() throws {
    norms = BlockNorms(
      attentionOutput: "post_attention_layernorm", feedForward: "pre_feedforward_layernorm",
      feedForwardOutput: "post_feedforward_layernorm")
    attentionScale =
      1 / (try config.positiveDouble("query_pre_attn_scalar", default: 256)).squareRoot()
  }
}

extension ModelConfiguration {
  /// A cap: null means none, and no key the family's.
  func softCap(_ key: String, default fallback: Double?) throws -> Double? {
    try keys.contains(key) ? positiveDoubleIfPresent(key) : fallback
  }
}
