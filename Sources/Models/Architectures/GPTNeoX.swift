import Checkpoints

/// GPT-NeoX and Pythia: attention and feed-forward side by side behind a norm each, a quarter of each
/// head turned.
package struct GPTNeoX: Architecture {
  package let names = ["GPTNeoXForCausalLM"]
  package let modelTypes = ["gpt_neox"]

  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    // Published files have the first name, those that transformers 5 writes may have the other.
    let head = ["embed_out", "lm_head"].first(where: tensors.hasLayer)
    return try family(config).description(
      architecture: names[0], embedding: "gpt_neox.embed_in.weight", stack: "gpt_neox.layers",
      blockCount: config.blockCount(tensors), finalNorm: "gpt_neox.final_layer_norm",
      head: head ?? "embed_out", isHeadStored: head != nil)
  }

  /// Rotary settings have names of their own here.
  private func family(_ config: ModelConfiguration) throws -> GPTFamily {
    let positions = try config.positiveInt("max_position_embeddings", default: 2048)
    let hidden = try config.positiveInt("hidden_size")
    let heads = try config.positiveInt(
      "num_attention_heads", atMost: ModelConfiguration.mostHeads)
    var rope = RotaryDefaults()
    rope.thetaKey = "rotary_emb_base"
    rope.partialFactor = 0.25
    rope.partialFactorKey = "rotary_pct"
    let bias = try config.bool("attention_bias", default: true)
    return try GPTFamily(
      config, positions: positions, hidden: hidden, heads: heads, keyValueHeads: heads,
      width: config.positiveInt("intermediate_size"), epsilonKey: "layer_norm_eps",
      activationKey: "hidden_act",
      rope: RotaryEmbedding(
        config, headDimension: max(hidden / heads, 1), maximumPositions: positions,
        defaults: rope),
      attentionName: "attention", attentionBias: bias, feedForwardBias: true,
      norms: BlockNorms(areParallel: config.bool("use_parallel_residual", default: true)))
  }
}
