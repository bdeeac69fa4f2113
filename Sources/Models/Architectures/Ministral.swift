import Checkpoints

/// Ministral 8B: Mistral's block, with a window in some blocks or in all.
package struct Ministral: Architecture {
  package let names = ["MinistralForCausalLM"]
  package let modelTypes = ["ministral"]

  /// Without "num_key_value_heads" there are 8, without "sliding_window" it is 4096, without
  /// "layer_types" every block has it.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(config, tensors, defaults: ["num_key_value_heads": 8])
    try family.readWindow(default: 4096, isOptional: true) { _ in true }
    return try family.description(architecture: names[0])
  }
}
