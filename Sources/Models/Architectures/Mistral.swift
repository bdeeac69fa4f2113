import Checkpoints

/// Mistral: Llama's block, each position seeing at most a window of positions before it.
package struct Mistral: Architecture {
  package let names = ["MistralForCausalLM"]
  package let modelType = "mistral"

  /// Without "num_key_value_heads" there are 8, without "sliding_window" it is 4096.
  package func describe(
    _ config: ModelConfiguration, storedTensors: Set<String>
  ) throws -> ModelDescription {
    // Null means none; transformers fills in a missing key.
    let isSet = config.keys.contains("sliding_window")
    let window = try isSet ? config.positiveIntIfPresent("sliding_window") : 4096
    return try LlamaFamily(config, defaultKeyValueHeads: 8, window: { _ in window })
      .description(architecture: names[0], storedTensors: storedTensors)
  }
}
