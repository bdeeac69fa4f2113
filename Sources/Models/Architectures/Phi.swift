import Checkpoints

/// Phi 1, 1.5 and 2: attention and feed-forward side by side behind one norm with mean and bias,
/// biases everywhere, no gate, and half of each head turned.
package struct Phi: Architecture {
  package let names = ["PhiForCausalLM"]
  package let modelTypes = ["phi"]

  /// Queries and keys are normalized per head where "qk_layernorm" says so.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var rope = RotaryDefaults()
    rope.partialFactor = 0.5
    var family = try LlamaFamily(
      config, tensors, epsilonKey: "layer_norm_eps", epsilon: 1e-5, activation: "gelu_new",
      rope: rope)
    family.useLayerNorms(hasBias: true)
    family.norms = .sideBySide
    family.finalNorm = "final_layernorm"
    if try config.bool("qk_layernorm", default: false) {
      family.headNormNames = (query: "q_layernorm", key: "k_layernorm")
      family.headNorm = { [width = family.headDimension, epsilon = family.epsilon] name, heads in
        Norm(
          name, .standardDeviation, headDimension: width, heads: heads, epsilon: epsilon,
          biases: [.init(tensor: "\(name).bias", shape: [width])])
      }
    }
    family.attentionWriter = "dense"
    family.feedForwardNames = (readers: ["fc1"], writer: "fc2")
    family.queryKeyValueBias = true
    family.outputBias = true
    family.feedForwardBias = true
    family.headBias = true
    return try family.description(architecture: names[0])
  }
}
