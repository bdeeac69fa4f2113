import Checkpoints

/// Granite 3: Llama's block with a factor for embeddings, scores, residuals and logits each.
package struct Granite: Architecture {
  package let names = ["GraniteForCausalLM"]
  package let modelTypes = ["granite"]

  /// All factors are 1 when absent, that of the scores too.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily.granite(config, tensors)
    try family.readFeedForwardBias()
    return try family.description(architecture: names[0])
  }
}

extension LlamaFamily {
  /// Llama's block with Granite's factors, and biases by "attention_bias".
  static func granite(
    _ config: ModelConfiguration, _ tensors: TensorNames
  ) throws -> LlamaFamily {
    var family = try LlamaFamily(config, tensors)
    try family.readAttentionBias()
    family.embeddingScale = try config.positiveDouble("embedding_multiplier", default: 1)
    family.attentionScale = try config.positiveDouble("attention_multiplier", default: 1)
    family.residualScale = try config.positiveDouble("residual_multiplier", default: 1)
    family.logitScale = 1 / (try config.positiveDouble("logits_scaling", default: 1))
    return family
  }
}
