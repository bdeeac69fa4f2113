import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

@Suite("A model folder")
struct ModelTests {
  private let folder = try! TemporaryFolder()

  @Test func isDescribedByItsConfiguration() throws {
    let model = try Model(Checkpoint(TinyModel().write(to: folder["tiny"])))
    let description = model.description
    #expect(description.blocks.count == 2)
    #expect(
      description.blocks[1].stages.map { $0.map(\.role) } == [
        ["q_proj", "k_proj", "v_proj"], ["o_proj"], ["gate_proj", "up_proj"], ["down_proj"],
      ])
    #expect(description.linears.last?.name == "lm_head")
    #expect(!description.isTied)
  }

  @Test func isTiedWhenThereIsNoHead() throws {
    var tiny = TinyModel()
    tiny.isTied = true
    let model = try Model(Checkpoint(tiny.write(to: folder["tiny"])))
    #expect(model.description.isTied)
  }

  @Test func ofAnUnknownArchitectureIsRefused() throws {
    try expectError(extra: ["architectures": "[\"MambaForCausalLM\"]"]) { error in
      guard case .unknownArchitecture("MambaForCausalLM", _, _) = error as? ModelError else {
        return false
      }
      return error.localizedDescription.contains("Sources/Models/Architectures/Mamba.swift")
    }
  }

  @Test func withAnUnknownScalingIsRefused() throws {
    try expectError(extra: ["rope_scaling": "{\"rope_type\": \"spiral\", \"factor\": 2}"]) {
      guard case .unsupported("rope_type", "spiral", _, _) = $0 as? ModelError else { return false }
      return true
    }
  }

  @Test func withAnotherShapeThanItsConfigurationSaysIsRefused() throws {
    try expectError(extra: ["intermediate_size": "128"]) {
      $0 as? ModelError
        == .unexpectedShape(
          tensor: "model.layers.0.mlp.gate_proj.weight", expected: [128, 64], found: [96, 64])
    }
  }

  @Test func withFewerTensorsThanBlocksIsRefused() throws {
    try expectError(extra: ["num_hidden_layers": "3"]) {
      $0.localizedDescription.contains("model.layers.2.")
    }
  }

  @Test(
    "without a key it needs is refused",
    arguments: ["hidden_size", "vocab_size", "intermediate_size"])
  func withoutAKey(key: String) throws {
    try expectError(extra: [key: "null"]) { $0.localizedDescription.contains(key) }
  }

  @Test(
    "with impossible sizes is refused",
    arguments: [
      ("hidden_size", "0"), ("num_attention_heads", "-4"), ("vocab_size", "99999999999"),
      ("num_key_value_heads", "3"), ("head_dim", "15"),
    ])
  func withImpossibleSizes(key: String, value: String) throws {
    try expectError(extra: [key: value]) { $0.localizedDescription.contains(key) }
  }

  @Test func acceptsTheKeysOfTransformers5() throws {
    var old = TinyModel()
    old.extra = ["rope_scaling": "{\"type\": \"linear\", \"factor\": 4.0}"]
    var new = TinyModel()
    new.extra = [
      "rope_theta": "null",
      "rope_parameters": "{\"rope_type\": \"linear\", \"factor\": 4.0, \"rope_theta\": 10000.0}",
    ]
    let models = try [old, new].enumerated().map { index, tiny in
      try Model(Checkpoint(tiny.write(to: folder["\(index)"])))
    }
    let tokens: [Int32] = [0, 5, 9, 200, 7]
    #expect(try models[0].logits(tokens) == models[1].logits(tokens))
  }

  @Test func refusesTokensOutsideTheVocabulary() throws {
    let model = try Model(Checkpoint(TinyModel().write(to: folder["tiny"])))
    #expect(throws: ModelError.tokenOutOfRange(token: 301, vocabulary: 301)) {
      try model.embeddings(of: [301])
    }
  }

  private func expectError(
    extra: [String: String], _ isRight: (any Error) -> Bool
  ) throws {
    var tiny = TinyModel()
    tiny.extra = extra
    let checkpoint = try Checkpoint(tiny.write(to: folder["tiny"]))
    #expect {
      try Model(checkpoint)
    } throws: {
      isRight($0)
    }
  }
}
