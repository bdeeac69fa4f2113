import Checkpoints

/// SmolLM 3: Llama's block, with no positions in every fourth.
package struct SmolLM3: Architecture {
  package let names = ["SmolLM3ForCausalLM"]
  package let modelTypes = ["smollm3"]

  /// Without "num_key_value_heads" there are 4. Blocks without positions may have a window, if
  /// "use_sliding_window" says so.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var defaults = RotaryDefaults()
    defaults.theta = 2e6
    var family = try LlamaFamily(
      config, tensors, defaults: ["num_key_value_heads": 4], rope: defaults)
    try family.readAttentionBias()
    try family.readFeedForwardBias()
    let hasPositions = try hasPositions(config, blocks: family.blockCount)
    family.rope = { [rope = family.rope] in hasPositions($0) ? rope($0) : nil }
    if try config.bool("use_sliding_window", default: false) {
      try family.readWindow(isOptional: true) { !hasPositions($0) }
    }
    return try family.description(architecture: names[0])
  }

  /// Whether a block turns queries and keys: despite its name, "no_rope_layers" has a 1 for those
  /// that do.
  private func hasPositions(_ config: ModelConfiguration, blocks: Int) throws -> (Int) -> Bool {
    guard let flags = try config.perBlock("no_rope_layers", blocks, config.intsIfPresent) else {
      let interval = try config.positiveInt("no_rope_layer_interval", default: 4)
      return { ($0 + 1) % interval != 0 }
    }
    return { flags[$0] != 0 }
  }
}
