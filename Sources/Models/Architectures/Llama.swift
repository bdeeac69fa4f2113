import Checkpoints

/// Llama 1 to 3.3, and everything that kept its block: RMS norms, rotary attention with grouped
/// queries, a gated feed-forward.
package struct Llama: Architecture {
  package let names = ["LlamaForCausalLM"]
  package let modelType = "llama"

  /// Biases by "attention_bias" (q, k, v, o) and "mlp_bias", both false when absent.
  package func describe(
    _ config: ModelConfiguration, storedTensors: Set<String>
  ) throws -> ModelDescription {
    let attentionBias = try config.bool("attention_bias", default: false)
    return try LlamaFamily(
      config,
      queryKeyValueBias: attentionBias,
      outputBias: attentionBias,
      feedForwardBias: config.bool("mlp_bias", default: false)
    ).description(architecture: names[0], storedTensors: storedTensors)
  }
}
