import Checkpoints

/// Qwen 2 and 2.5, and the language models of their vision models: Llama's block with biases on
/// queries, keys and values.
package struct Qwen2: Architecture {
  package let names = [
    "Qwen2ForCausalLM", "Qwen2VLForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration",
  ]
  package let modelTypes = [
    "qwen2", "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text",
  ]

  /// Without "num_key_value_heads" there are 32, in a vision model 8.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var rope = RotaryDefaults()
    let isVision = try config.modelType?.contains("_vl") ?? false
    if isVision { rope.theta = 1e6 }
    var family = try LlamaFamily(
      config, tensors, defaults: ["num_key_value_heads": isVision ? 8 : 32],
      epsilon: isVision ? 1e-5 : 1e-6, rope: rope)
    family.queryKeyValueBias = true
    try family.readWindowAsQwen()
    return try family.description(architecture: try config.architectures.first ?? names[0])
  }
}

extension LlamaFamily {
  /// Nearly every file has a `sliding_window`, and nearly none uses it. Which blocks have a window is
  /// in "layer_types", in older files in "max_window_layers".
  mutating func readWindowAsQwen() throws {
    guard try config.bool("use_sliding_window", default: false) else { return }
    let firstSliding = try config.int("max_window_layers", default: 28)
    try readWindow(default: 4096, isOptional: true) { $0 >= firstSliding }
  }
}
