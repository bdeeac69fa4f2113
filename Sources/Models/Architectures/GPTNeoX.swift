import Checkpoints

/// GPT-NeoX and Pythia: attention and feed-forward side by side behind a norm each, a quarter of each
/// head turned.
package struct GPTNeoX: Architecture {
  package let names = ["GPTNeoXForCausalLM"]
  package let modelTypes = ["gpt_neox"]

  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    let vocabulary = try config.positiveInt("vocab_size")
    let positions = try config.positiveInt("max_position_embeddings", default: 2048)
    let family = try family(config, positions: positions)
    let embedding = "gpt_neox.embed_in.weight"
    // Published files have the first name, those that transformers 5 writes may have the other.
    let head = ["embed_out", "lm_head"].first(where: tensors.hasLayer)
    return ModelDescription(
      architecture: names[0], vocabularySize: vocabulary, hiddenSize: family.hidden,
      maximumPositions: positions, embeddingTensor: embedding,
      blocks: try (0..<config.blockCount(tensors)).map {
        family.block("gpt_neox.layers.\($0)", $0)
      },
      finalNorm: family.norm("gpt_neox.final_layer_norm"),
      head: Linear(
        head ?? "embed_out", in: family.hidden, out: vocabulary,
        weightTensor: head == nil ? embedding : nil),
      remarks: try config.remarksOnTying(isStored: head != nil))
  }

  /// Rotary settings have names of their own here.
  private func family(_ config: ModelConfiguration, positions: Int) throws -> GPTFamily {
    let hidden = try config.positiveInt("hidden_size")
    let heads = try config.positiveInt(
      "num_attention_heads", atMost: ModelConfiguration.mostHeads)
    var rope = RotaryDefaults()
    rope.thetaKey = "rotary_emb_base"
    rope.partialFactor = 0.25
    rope.partialFactorKey = "rotary_pct"
    let bias = try config.bool("attention_bias", default: true)
    return try GPTFamily(
      config, hidden: hidden, heads: heads, keyValueHeads: heads,
      width: config.positiveInt("intermediate_size"), epsilonKey: "layer_norm_eps",
      activationKey: "hidden_act",
      rope: RotaryEmbedding(
        config, headDimension: max(hidden / heads, 1), maximumPositions: positions,
        defaults: rope),
      attentionName: "attention", attentionBias: bias, feedForwardBias: true,
      norms: BlockNorms(areParallel: config.bool("use_parallel_residual", default: true)))
  }
}
