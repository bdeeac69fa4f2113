import Checkpoints
import Foundation
import Models
import TestSupport
import Testing

@Suite("A tensor that the description doesn't have")
struct UnusedTensorTests {
  private let folder = try! TemporaryFolder()

  private func model(adding name: String, shape: [Int]) throws -> Model {
    let url = folder[name]
    try TinyModel().write(to: url)
    let writer = try SafetensorsWriter(
      at: url.appending(path: "more.safetensors"), tensors: [TensorDescription(name, .f32, shape)])
    try writer.write(name, floats: [Float](repeating: 1, count: shape.reduce(1, *)))
    try writer.finish()
    // Without an index every file counts, once the first has another name.
    try FileManager.default.moveItem(
      at: url.appending(path: "model.safetensors"), to: url.appending(path: "first.safetensors"))
    return try Model(Checkpoint(url))
  }

  /// A Llama with the biases of a Qwen 2 would be a wrong Qwen 2.
  @Test(
    "in a block is refused",
    arguments: ["self_attn.q_proj.bias", "self_attn.q_norm.weight", "mlp.experts.0.up_proj.weight"])
  func inABlock(name: String) throws {
    let name = "model.layers.1.\(name)"
    #expect {
      try model(adding: name, shape: [64])
    } throws: { error in
      guard case .unexpectedTensor(name, "LlamaForCausalLM", _)? = error as? ModelError else {
        return false
      }
      return true
    }
  }

  @Test(
    "elsewhere is remarked upon",
    arguments: ["value_head.weight", "model.layers.2.mlp.up_proj.weight"])
  func elsewhere(name: String) throws {
    let remarks = try model(adding: name, shape: [64]).description.remarks
    #expect(remarks == ["the tensor '\(name)' isn't used"])
  }

  @Test("is no surprise if it is a buffer", arguments: ["self_attn.rotary_emb.inv_freq"])
  func buffer(name: String) throws {
    #expect(try model(adding: "model.layers.1.\(name)", shape: [8]).description.remarks == [])
  }
}
