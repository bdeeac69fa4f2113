import Checkpoints
import Foundation
import Models
import TestSupport
import Testing

/// What single settings of `config.json` mean, and which can't be meant.
@Suite("Settings")
struct SettingsTests {
  @Test(
    "out of range are refused",
    arguments: [
      ("stablelm", ["partial_rotary_factor": "1e300"], "partial_rotary_factor"),
      ("stablelm", ["partial_rotary_factor": "1.25"], "partial_rotary_factor"),
      ("gpt-neox", ["rotary_pct": "1e30"], "rotary_pct"),
      ("llama-modern", ["head_dim": "1"], "dimensions"),
      ("llama-modern", ["head_dim": "268435456"], "head_dim"),
      (
        "stablelm-qknorm-parallel",
        ["hidden_size": "268435456", "num_attention_heads": "134217728"], "num_attention_heads"
      ),
      (
        "falcon-rw", ["hidden_size": "268435456", "num_attention_heads": "134217728"],
        "num_attention_heads"
      ),
      (
        "gpt-neox", ["hidden_size": "268435456", "num_attention_heads": "134217728"],
        "num_attention_heads"
      ),
      ("mixtral", ["num_local_experts": "268435456"], "num_local_experts"),
      ("mixtral-fused", ["num_local_experts": "268435456"], "num_local_experts"),
      ("granitemoe", ["num_local_experts": "5000"], "num_local_experts"),
      ("llama-modern", ["rms_norm_eps": "1e-320"], "rms_norm_eps"),
      ("llama-modern", ["rms_norm_eps": "1e300"], "rms_norm_eps"),
      ("llama-modern", ["rms_norm_eps": "NaN"], "rms_norm_eps"),
      ("granite", ["embedding_multiplier": "Infinity"], "embedding_multiplier"),
      (
        "ministral3",
        [
          "rope_parameters": """
          {"rope_type": "default", "original_max_position_embeddings": 16,
           "llama_4_scaling_beta": NaN}
          """
        ], "llama_4_scaling_beta"
      ),
      (
        "ministral3",
        [
          "rope_parameters": """
          {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 16,
           "mscale": 1, "mscale_all_dim": -1e300}
          """
        ], "mscale_all_dim"
      ),
    ])
  func areRefused(fixture: String, changes: [String: String], setting: String) throws {
    let configuration = try FixtureConfiguration(fixture)
    #expect {
      try configuration.description(changes)
    } throws: {
      guard case .unsupported = $0 as? ModelError else { return false }
      return $0.localizedDescription.contains(setting)
    }
  }

  @Test(
    "that ask for more than is stored are refused",
    arguments: [
      ("mixtral", ["num_local_experts": "4096"], "number of experts"),
      (
        "stablelm-qknorm-parallel",
        ["hidden_size": "524288", "num_attention_heads": "65536", "num_key_value_heads": "65536"],
        "number of heads"
      ),
      ("llama-modern", ["num_hidden_layers": "4800"], "num_hidden_layers is 4800"),
    ])
  func askForTooMuch(fixture: String, changes: [String: String], mentioned: String) throws {
    let configuration = try FixtureConfiguration(fixture)
    #expect {
      try configuration.description(changes)
    } throws: {
      guard case .incomplete = $0 as? ModelError else { return false }
      let message = $0.localizedDescription
      return message.contains(mentioned) && message.contains("download may be incomplete")
    }
  }

  @Test(
    "with too short a list are contradictory",
    arguments: [
      ("cohere2", ["layer_types": "[\"full_attention\"]"], "layer_types"),
      ("gemma2", ["layer_types": "[]"], "layer_types"),
      ("gemma3-modern", ["layer_types": "[\"full_attention\"]"], "layer_types"),
      ("ministral", ["layer_types": "[\"full_attention\"]"], "layer_types"),
      ("olmo3", ["layer_types": "[\"full_attention\"]"], "layer_types"),
      (
        "qwen3", ["layer_types": "[\"full_attention\"]", "use_sliding_window": "true"],
        "layer_types"
      ),
      ("smollm3", ["no_rope_layers": "[1]"], "no_rope_layers"),
    ])
  func areContradictory(fixture: String, changes: [String: String], key: String) throws {
    let configuration = try FixtureConfiguration(fixture)
    #expect {
      try configuration.description(changes)
    } throws: {
      guard case .contradiction(_, "config.json") = $0 as? ModelError else { return false }
      return $0.localizedDescription.contains(key)
    }
  }

  // MARK: - Windows

  @Test(
    "without a window where attention slides are refused",
    arguments: ["cohere2", "gemma2", "gemma3-modern", "olmo3", "qwen2-moe-window"])
  func needAWindow(fixture: String) throws {
    let configuration = try FixtureConfiguration(fixture)
    #expect {
      try configuration.description(["sliding_window": "null"])
    } throws: {
      guard case .unsupported("sliding_window", _, _, _) = $0 as? ModelError else { return false }
      return true
    }
  }

  @Test(
    "without a window where it is optional mean none",
    arguments: ["ministral", "mistral-modern", "qwen2-window"])
  func mayHaveNoWindow(fixture: String) throws {
    let blocks = try FixtureConfiguration(fixture)
      .description(["sliding_window": "null", "layer_types": "null"]).blocks
    #expect(blocks.allSatisfy { $0.attention.window == nil })
  }

  @Test func keepPositionsApartFromWindows() throws {
    let types = "\"full_attention\", \"sliding_attention\""
    let blocks = try FixtureConfiguration("cohere2")
      .description(["layer_types": "[\(types), \(types)]"]).blocks
    #expect(blocks.map { $0.attention.window != nil } == [false, true, false, true])
    #expect(blocks.map { $0.attention.rope != nil } == [false, true, false, true])
  }

  // MARK: - Rotary embeddings

  private func rope(
    _ fixture: String, _ changes: [String: String], block: Int = 0
  ) throws -> RotaryEmbedding {
    try #require(FixtureConfiguration(fixture).description(changes).blocks[block].attention.rope)
  }

  @Test func withAnEmptyScalingHaveNone() throws {
    let parameters = "{\"rope_type\": \"linear\", \"factor\": 4, \"rope_theta\": 777}"
    let rope = try rope("llama-modern", ["rope_scaling": "{}", "rope_parameters": parameters])
    #expect(rope.scaling == .linear(factor: 4) && rope.theta == 777)
  }

  @Test func preferTheOlderScalingAndItsTheta() throws {
    let rope = try rope(
      "llama-modern",
      [
        "rope_theta": "555", "rope_scaling": "{\"type\": \"linear\", \"factor\": 2}",
        "rope_parameters": "{\"rope_type\": \"linear\", \"factor\": 4, \"rope_theta\": 777}",
      ])
    #expect(rope.scaling == .linear(factor: 2) && rope.theta == 555)
  }

  @Test func scaleNoEmbeddingBehindAWindow() throws {
    let slides = "{\"rope_type\": \"linear\", \"factor\": 2}"
    #expect {
      try rope("gemma3-modern", ["rope_parameters": "{\"sliding_attention\": \(slides)}"])
    } throws: {
      guard case .unsupported("rope_type of sliding_attention", "linear", _, _) = $0 as? ModelError
      else { return false }
      return true
    }
  }

  /// Phi 3's class says 4096, which wins over the value beside the factors.
  @Test(arguments: [("16", 16), ("null", 4096)])
  func takeOriginalPositionsFromOutside(outside: String, expected: Int) throws {
    let ones = "[1, 1, 1, 1, 1, 1]"
    let rope = try rope(
      "phi3-longrope-long",
      [
        "original_max_position_embeddings": outside,
        "rope_scaling": """
        {"type": "longrope", "short_factor": \(ones), "long_factor": \(ones),
         "original_max_position_embeddings": 32}
        """,
      ])
    guard case .long(let settings) = rope.scaling else {
      Issue.record("\(rope.scaling)")
      return
    }
    #expect(settings.originalPositions == expected)
  }

  @Test func takeOriginalPositionsOfSomeBlocksFromInside() throws {
    let full = """
      {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 32}
      """
    let rope = try rope(
      "olmo3",
      [
        "original_max_position_embeddings": "16", "rope_scaling": "null",
        "rope_parameters": "{\"full_attention\": \(full)}",
      ], block: 3)
    guard case .yarn(let settings) = rope.scaling else {
      Issue.record("\(rope.scaling)")
      return
    }
    #expect(settings.originalPositions == 32)
  }

  @Test func countAZeroScaleAsNone() throws {
    let rope = try rope(
      "ministral3",
      [
        "rope_parameters": """
        {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 16,
         "mscale": 0, "mscale_all_dim": 1}
        """
      ])
    #expect(abs(rope.attentionFactor - 1.1386294361) < 1e-9)
  }

  // MARK: - Models inside others

  /// A text model without a type, inside a model of another.
  private func inside(_ type: String?, class name: String) throws -> ModelDescription {
    var configuration = try FixtureConfiguration("llava")
    var text = configuration.json["text_config"] as! [String: Any]
    text["model_type"] = nil
    configuration.json["text_config"] = text
    return try configuration.description([
      "model_type": type.map { "\"\($0)\"" } ?? "null", "architectures": "[\"\(name)\"]",
    ])
  }

  @Test(
    "leave a model's type to the model around it",
    arguments: [
      ("llava", nil, 0), ("llava_next", nil, 0), ("mistral3", 4096, 0), ("gemma3", 4096, 1),
    ] as [(String, Int?, Float)])
  func leaveTheTypeToTheWrapper(type: String, window: Int?, offset: Float) throws {
    let description = try inside(type, class: "OuterForConditionalGeneration")
    #expect(description.architecture == "OuterForConditionalGeneration")
    #expect(description.blocks[0].attention.window == window)
    #expect(description.finalNorm.weightOffset == offset)
  }

  @Test(arguments: ["idefics3", nil])
  func nameTheModelAroundOneOfNoType(type: String?) throws {
    #expect {
      try inside(type, class: "Idefics3ForConditionalGeneration")
    } throws: {
      guard case .unknownArchitecture("Idefics3ForConditionalGeneration", _, _) = $0 as? ModelError
      else { return false }
      return true
    }
  }

  /// Comparing it with known names takes as many steps as it has letters, times theirs.
  @Test(.timeLimit(.minutes(1))) func mayNameAnythingAnArchitecture() throws {
    let configuration = try FixtureConfiguration("llama-modern")
    let name = String(repeating: "Mamba", count: 400_000) + "ForCausalLM"
    #expect(throws: ModelError.self) {
      try configuration.description(["architectures": "[\"\(name)\"]"])
    }
  }

  @Test func mustNameAnArchitecture() throws {
    let configuration = try FixtureConfiguration("llama-modern")
    #expect(throws: ModelError.noArchitecture(file: "config.json")) {
      try configuration.description(["architectures": "null", "model_type": "null"])
    }
    #expect(
      ModelError.noArchitecture(file: "config.json").localizedDescription
        == "config.json doesn't say what the model is: it has neither 'architectures' nor "
        + "'model_type'.")
  }
}

extension Block {
  /// The attention it begins with.
  fileprivate var attention: Attention {
    guard case .attention(let attention) = pathways[0].mixer else { fatalError("no attention") }
    return attention
  }
}
