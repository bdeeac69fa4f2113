import Checkpoints

/// Command R and Aya: attention and feed-forward side by side behind one norm, neighboring dimensions
/// turned together, logits scaled.
package struct Cohere: Architecture {
  package let names = ["CohereForCausalLM"]
  package let modelTypes = ["cohere"]

  /// Queries and keys are normalized where "use_qk_norm" says so.
  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily.cohere(config, tensors, theta: 500_000)
    if try config.bool("use_qk_norm", default: false) {
      family.headNorm = { [width = family.headDimension, epsilon = family.epsilon] name, heads in
        Norm(
          name, .standardDeviation, headDimension: width, heads: heads, epsilon: epsilon,
          weights: [.init(tensor: "\(name).weight", shape: [heads, width])])
      }
    }
    return try family.description(architecture: names[0])
  }
}

extension LlamaFamily {
  /// What both generations have in common.
  static func cohere(
    _ config: ModelConfiguration, _ tensors: TensorNames, theta: Double
  ) throws -> LlamaFamily {
    var rope = RotaryDefaults()
    rope.theta = theta
    rope.pairing = .neighbors
    var family = try LlamaFamily(
      config, tensors, epsilonKey: "layer_norm_eps", epsilon: 1e-5, rope: rope)
    family.useLayerNorms()
    family.norms = .sideBySide
    try family.readAttentionBias()
    family.logitScale = try config.positiveDouble("logit_scale", default: 0.0625)
    return family
  }
}
