import Checkpoints

/// Phi 3, 3.5 and 4: Llama's block with queries, keys and values in one matrix, and gate and up in
/// another.
package struct Phi3: Architecture {
  package let names = ["Phi3ForCausalLM"]
  package let modelTypes = ["phi3"]

  /// Without "original_max_position_embeddings" there were 4096 positions before the model was
  /// stretched. The scalings "su" and "yarn" of old files are LongRoPE.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var rope = RotaryDefaults()
    rope.isLongByOtherNames = true
    rope.originalPositions = 4096
    var family = try LlamaFamily(config, tensors, epsilon: 1e-5, rope: rope)
    family.isAttentionFused = true
    family.isFeedForwardFused = true
    try family.readWindow()
    return try family.description(architecture: names[0])
  }
}
