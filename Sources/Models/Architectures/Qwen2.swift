import Checkpoints

/// Qwen 2 and 2.5: Llama's block with biases on queries, keys and values.
package struct Qwen2: Architecture {
  package let names = ["Qwen2ForCausalLM"]
  package let modelType = "qwen2"

  /// Without "num_key_value_heads" there are 32. Which blocks have a window is in "layer_types", in
  /// older files in "max_window_layers".
  package func describe(
    _ config: ModelConfiguration, storedTensors: Set<String>
  ) throws -> ModelDescription {
    try LlamaFamily(
      config, defaultKeyValueHeads: 32, queryKeyValueBias: true, window: window(config)
    ).description(architecture: names[0], storedTensors: storedTensors)
  }

  /// Nearly every file has a `sliding_window`, and nearly none uses it.
  private func window(_ config: ModelConfiguration) throws -> (Int) -> Int? {
    guard try config.bool("use_sliding_window", default: false) else { return { _ in nil } }
    let size = try config.positiveInt("sliding_window", default: 4096)
    if let types = try config.stringsIfPresent("layer_types") {
      return { types.indices.contains($0) && types[$0] == "sliding_attention" ? size : nil }
    }
    let firstSliding = try config.int("max_window_layers", default: 28)
    return { $0 >= firstSliding ? size : nil }
  }
}
