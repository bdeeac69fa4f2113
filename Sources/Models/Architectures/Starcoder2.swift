import Checkpoints

/// StarCoder 2: Llama's attention behind norms with mean and bias, a feed-forward without a gate,
/// and biases everywhere but in the head.
package struct Starcoder2: Architecture {
  package let names = ["Starcoder2ForCausalLM"]
  package let modelTypes = ["starcoder2"]

  /// Without "num_key_value_heads" there are 2. Biases by "use_bias", true when absent.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily(
      config, tensors, defaults: ["num_key_value_heads": 2], epsilonKey: "norm_epsilon",
      epsilon: 1e-5, activation: "gelu_pytorch_tanh")
    family.useLayerNorms(hasBias: true)
    family.feedForwardNames = (readers: ["c_fc"], writer: "c_proj")
    let bias = try config.bool("use_bias", default: true)
    family.queryKeyValueBias = bias
    family.outputBias = bias
    family.feedForwardBias = bias
    try family.readWindow()
    return try family.description(architecture: names[0])
  }
}
