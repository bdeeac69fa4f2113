import Checkpoints

/// Command R7B and Command A: Cohere's block, with a window in three of four blocks, and no positions
/// in the fourth.
package struct Cohere2: Architecture {
  package let names = ["Cohere2ForCausalLM"]
  package let modelTypes = ["cohere2"]

  package func describe(
    _ config: ModelConfiguration, tensors: TensorNames
  ) throws -> ModelDescription {
    var family = try LlamaFamily.cohere(config, tensors, theta: 10_000)
    let pattern = try config.positiveInt("sliding_window_pattern", default: 4)
    let slides = try family.readWindow(default: 4096) { ($0 + 1) % pattern != 0 }
    family.rope = { [rope = family.rope] in slides($0) ? rope($0) : nil }
    return try family.description(architecture: names[0])
  }
}
