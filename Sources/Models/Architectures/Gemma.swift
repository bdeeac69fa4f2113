import Checkpoints
import Tensors

/// Gemma 1: Llama's block with norm weights stored as differences from 1, and embeddings multiplied
/// with the root of their width.
package struct Gemma: Architecture {
  package let names = ["GemmaForCausalLM"]
  package let modelTypes = ["gemma"]

  /// Without "head_dim" it is 256, without "num_key_value_heads" there are 16.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily.gemma(
      config, tensors, defaults: ["num_key_value_heads": 16, "head_dim": 256])
    // Whatever a file says: those with "gelu" were written before the difference was known.
    family.activation = .geluTanh
    return try family.description(architecture: names[0])
  }
}

extension LlamaFamily {
  /// What all Gemmas have in common.
  static func gemma(
    _ config: ModelConfiguration, _ tensors: TensorNames, defaults: [String: Int],
    rope: RotaryDefaults = RotaryDefaults()
  ) throws -> LlamaFamily {
    var family = try LlamaFamily(
      config, tensors, defaults: defaults, activationKey: "hidden_activation",
      activation: "gelu_pytorch_tanh", rope: rope)
    family.norm = { [width = family.hidden, epsilon = family.epsilon] in
      Norm($0, width: width, epsilon: epsilon, weightOffset: 1)
    }
    family.embeddingScale = Double(family.hidden).squareRoot()
    try family.readAttentionBias()
    return family
  }
}
