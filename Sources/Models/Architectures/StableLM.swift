import Checkpoints

/// StableLM 2 and its relatives: Llama's layers behind norms with mean and bias, a quarter of each head
/// turned; in the larger ones attention and feed-forward side by side.
package struct StableLM: Architecture {
  package let names = ["StableLmForCausalLM", "StableLMEpochForCausalLM"]
  package let modelTypes = ["stablelm", "stablelm_epoch"]

  /// Without "num_key_value_heads" there are 32.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var rope = RotaryDefaults()
    rope.partialFactor = 0.25
    var family = try LlamaFamily(
      config, tensors, defaults: ["num_key_value_heads": 32], epsilonKey: "layer_norm_eps",
      epsilon: 1e-5, rope: rope)
    family.useLayerNorms(hasBias: true)
    if try config.bool("use_parallel_residual", default: false) {
      family.norms = .sideBySide
    }
    family.queryKeyValueBias = try config.bool("use_qkv_bias", default: false)
    if try config.bool("qk_layernorm", default: false) {
      family.headNormNames = (query: "q_layernorm", key: "k_layernorm")
      family.headNorm = { [width = family.headDimension, epsilon = family.epsilon] name, heads in
        try config.check(tensors, hold: "\(name).norms.\(heads - 1)", lastOf: heads, "heads")
        return Norm(
          name, .standardDeviation, headDimension: width, heads: heads, epsilon: epsilon,
          weights: (0..<heads).map {
            .init(tensor: "\(name).norms.\($0).weight", shape: [width])
          })
      }
    }
    return try family.description(architecture: names[0])
  }
}
