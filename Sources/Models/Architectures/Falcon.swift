import Checkpoints

/// Falcon 7B, 40B and 180B, Falcon 2, and Falcon RW, which has linear biases in place of a rotary
/// embedding and the feed-forward behind attention.
package struct Falcon: Architecture {
  package let names = ["FalconForCausalLM", "RWForCausalLM"]
  package let modelTypes = ["falcon", "RefinedWeb", "RefinedWebModel"]

  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    try family(config).description(
      architecture: names[0], embedding: "transformer.word_embeddings.weight",
      stack: "transformer.h",
      blockCount: config.blockCount(tensors, key: config.older("n_layer", "num_hidden_layers")),
      finalNorm: "transformer.ln_f", head: "lm_head", isHeadStored: tensors.hasLayer("lm_head"))
  }

  /// The number of key-value heads is in "num_kv_heads" in the new architecture only; in the old one
  /// it is one ("multi_query", the default) or one per head.
  private func family(_ config: ModelConfiguration) throws -> GPTFamily {
    let positions = try config.positiveInt("max_position_embeddings", default: 2048)
    let hidden = try config.positiveInt(config.older("n_embed", "hidden_size"))
    let heads = try config.positiveInt(
      config.older("n_head", "num_attention_heads"), atMost: ModelConfiguration.mostHeads)
    let isNew = try config.bool("new_decoder_architecture", default: false)
    let isShared = try config.bool("multi_query", default: true)
    let bias = try config.bool("bias", default: false)
    let usesBiases = try config.bool("alibi", default: false)
    return try GPTFamily(
      config, positions: positions, hidden: hidden, heads: heads,
      keyValueHeads: isNew
        ? config.positiveInt(config.older("n_head_kv", "num_kv_heads"), default: heads)
        : isShared ? 1 : heads,
      width: config.positiveInt("ffn_hidden_size", default: 4 * hidden),
      epsilonKey: "layer_norm_epsilon", activationKey: "activation",
      rope: usesBiases
        ? nil
        : RotaryEmbedding(
          config, headDimension: max(hidden / heads, 1), maximumPositions: positions),
      attentionName: "self_attention", attentionBias: bias, feedForwardBias: bias,
      norms: norms(config, isNew: isNew))
  }

  private func norms(_ config: ModelConfiguration, isNew: Bool) throws -> BlockNorms {
    if try isNew && config.int("num_ln_in_parallel_attn", default: 2) == 2 {
      return BlockNorms(attention: "ln_attn", feedForward: "ln_mlp", areParallel: true)
    }
    let isParallel = try isNew || config.bool("parallel_attn", default: true)
    return isParallel ? .sideBySide : BlockNorms()
  }
}

extension ModelConfiguration {
  /// The older name of a key where a file has it.
  fileprivate func older(_ old: String, _ new: String) -> String { contains(old) ? old : new }
}
