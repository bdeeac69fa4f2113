import Checkpoints

/// Mistral: Llama's block, each position seeing at most a window of positions before it.
package struct Mistral: Architecture {
  package let names = ["MistralForCausalLM"]
  package let modelTypes = ["mistral"]

  /// Without "num_key_value_heads" there are 8, without "sliding_window" it is 4096.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(config, tensors, defaults: ["num_key_value_heads": 8])
    try family.readWindow(default: 4096)
    return try family.description(architecture: names[0])
  }
}
