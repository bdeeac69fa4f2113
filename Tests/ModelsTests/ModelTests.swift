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

  @Test(
    "of an unknown architecture names the closest known one",
    arguments: [
      ("Qwen3_5ForCausalLM", "Qwen3ForCausalLM"), ("MistralLargeForCausalLM", "MistralForCausalLM"),
      ("CohereNextForCausalLM", "CohereForCausalLM"),
    ])
  func namesTheClosest(name: String, closest: String) throws {
    try expectError(extra: ["architectures": "[\"\(name)\"]"]) { error in
      guard case .unknownArchitecture(name, closest, _) = error as? ModelError else {
        return false
      }
      return true
    }
  }

  @Test("that predicts no next token is refused", arguments: ["LlamaForSequenceClassification"])
  func thatPredictsNothing(name: String) throws {
    try expectError(extra: ["architectures": "[\"\(name)\"]"]) { error in
      guard case .noLanguageModel(name, _)? = error as? ModelError else { return false }
      return true
    }
  }

  @Test(
    "says where its two names disagree",
    arguments: [("llama", []), ("mistral", ["another family"]), ("foo", ["which isn't known"])])
  func saysWhereNamesDisagree(type: String, parts: [String]) throws {
    var tiny = TinyModel()
    tiny.extra = ["model_type": "\"\(type)\""]
    let remarks = try Model(Checkpoint(tiny.write(to: folder["tiny"]))).description.remarks
    #expect(remarks.count == parts.count)
    #expect(zip(remarks, parts).allSatisfy { $0.contains($1) })
  }

  @Test func withWeightsOfAnotherTypeIsRefused() throws {
    let name = "model.layers.1.mlp.up_proj.weight"
    try TinyModel().write(to: folder["tiny"])
    let file = folder["tiny/model.safetensors"]
    let checkpoint = try Checkpoint(folder["tiny"])
    let tensors = try checkpoint.tensorNames.map { tensor in
      var description = try checkpoint.description(of: tensor)
      if tensor == name { description.dtype = .f8e4m3 }
      return description
    }
    let writer = try SafetensorsWriter(at: folder["other.safetensors"], tensors: tensors)
    for tensor in tensors {
      let bytes = try checkpoint.tensor(tensor.name).bytes()
      try bytes.prefix(tensor.byteCount).withUnsafeBytes {
        try writer.write(tensor.name, $0, atByte: 0)
      }
    }
    try writer.finish()
    try FileManager.default.removeItem(at: file)
    try FileManager.default.moveItem(at: folder["other.safetensors"], to: file)
    #expect(
      throws: CheckpointError.unexpectedType(
        tensor: name, expected: "F32, F16, BF16 or F64", found: .f8e4m3)
    ) { try Model(Checkpoint(folder["tiny"])) }
  }

  @Test func isFoundByItsTypeWithoutAClass() throws {
    var tiny = TinyModel()
    tiny.extra = ["architectures": "null", "model_type": "\"llama\""]
    let description = try Model(Checkpoint(tiny.write(to: folder["tiny"]))).description
    #expect(description.architecture == "LlamaForCausalLM")
  }

  @Test(
    "says where head and flag disagree",
    arguments: [
      ("llama-tied-but-stored-head", "has a head of its own"),
      ("llama-untied-but-no-head", "has no head"),
    ])
  func saysWhereHeadAndFlagDisagree(fixture: String, remark: String) throws {
    let remarks = try ModelDescription(Checkpoint(FixtureModel.url(fixture))).remarks
    #expect(remarks.count == 1 && remarks[0].contains(remark))
  }

  @Test(
    "inside another one is found under its prefix",
    arguments: [
      ("llava", "language_model.model", "language_model.lm_head", "vision_tower."),
      ("llava-new-names", "model.language_model", "lm_head", "model.vision_tower."),
      ("gemma3-multimodal", "language_model.model", "language_model.lm_head", "vision_tower."),
      ("qwen2-vl", "model", "lm_head", "visual."),
    ])
  func isFoundInside(fixture: String, body: String, head: String, beside: String) throws {
    let description = try ModelDescription(Checkpoint(FixtureModel.url(fixture)))
    #expect(description.embeddingTensor == "\(body).embed_tokens.weight")
    #expect(description.head.name == head)
    #expect(description.companions.contains { $0.hasPrefix(beside) })
    #expect(!description.companions.contains { $0.hasPrefix(body + ".") })
  }

  @Test func insideAnotherOneOfAnUnknownKindIsRefused() throws {
    try FixtureModel.copy("llava", to: folder["tiny"]) {
      $0.replacing("\"model_type\": \"llama\"", with: "\"model_type\": \"mllama_text_model\"")
    }
    #expect {
      try Model(Checkpoint(folder["tiny"]))
    } throws: {
      guard case .unknownArchitecture("mllama_text_model", _, _) = $0 as? ModelError else {
        return false
      }
      return true
    }
  }

  @Test(
    "with settings that can't be run is refused",
    arguments: [
      ("gemma3-modern", "\"sliding_attention\"", "\"chunked_attention\"", "layer_types"),
      ("phi3-longrope-long", "\"long_factor\": [", "\"long_factor\": [1.0, ", "long_factor"),
      (
        "qwen3-moe", "\"num_experts_per_tok\": ", "\"num_experts_per_tok\": 99",
        "num_experts_per_tok"
      ),
      ("stablelm", "\"silu\"", "\"mish\"", "mish"),
      ("falcon-7b", "\"num_attention_heads\": 4", "\"num_attention_heads\": 5", "heads"),
      ("cohere2-layer-types", "\"head_dim\": 16", "\"head_dim\": 15", "dimensions"),
    ])
  func withImpossibleSettings(
    fixture: String, old: String, new: String, mentioned: String
  ) throws {
    var changed = false
    try FixtureModel.copy(fixture, to: folder["tiny"]) { text in
      let result = text.replacing(old, with: new)
      changed = result != text
      return result
    }
    #expect(changed, "nothing to change in \(fixture)")
    #expect {
      try Model(Checkpoint(folder["tiny"]))
    } throws: {
      $0.localizedDescription.contains(mentioned)
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
