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
    let size = try config.windowSize(default: 4096)
    let window = try config.windows(size: size) { ($0 + 1) % pattern != 0 }
    let rope = family.rope
    family.window = window
    family.rope = { window($0) == nil ? nil : rope($0) }
    return try family.description(architecture: names[0])
  }
}
