import Checkpoints

/// Llama 1 to 3.3, and everything that kept its block: RMS norms, rotary attention with grouped
/// queries, a gated feed-forward.
package struct Llama: Architecture {
  package let names = ["LlamaForCausalLM"]
  package let modelTypes = ["llama"]

  /// Biases by "attention_bias" (q, k, v, o) and "mlp_bias", both false when absent.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(config, tensors, defaults: tensors.isWrapped ? Self.first : [:])
    try family.readAttentionBias()
    try family.readFeedForwardBias()
    return try family.description(architecture: names[0])
  }

  /// The sizes of Llama 7B. Models that wrap one leave out what is as there.
  private static let first = [
    "hidden_size": 4096, "intermediate_size": 11_008, "num_hidden_layers": 32,
    "num_attention_heads": 32, "vocab_size": 32_000,
  ]
}
