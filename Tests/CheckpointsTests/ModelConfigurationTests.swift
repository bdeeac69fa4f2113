import Checkpoints
import Foundation
import Testing

@Suite("A model's config.json")
struct ModelConfigurationTests {
  private let configuration = try! ModelConfiguration(
    Data(
      """
      {
        "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 64,
        "rope_theta": 1e6, "whole": 3.0, "tie_word_embeddings": true, "head_dim": null,
        "limit": Infinity, "layer_types": ["full", "sliding"], "eos": [1, 2], "factors": [1, 0.5],
        "mixed": [1, "x"], "rope_scaling": {"factor": 8, "inner": {"kind": "x"}}
      }
      """.utf8), file: "config.json")

  @Test func givesValuesOfEveryKind() throws {
    #expect(try configuration.int("hidden_size") == 64)
    #expect(try configuration.int("whole") == 3)
    #expect(try configuration.double("rope_theta") == 1e6)
    #expect(try configuration.double("hidden_size") == 64)
    #expect(try configuration.double("limit") == .infinity)
    #expect(try configuration.bool("tie_word_embeddings"))
    #expect(try configuration.string("model_type") == "qwen3")
    #expect(try configuration.ints("eos") == [1, 2])
    #expect(try configuration.doubles("factors") == [1, 0.5])
    #expect(try configuration.strings("layer_types") == ["full", "sliding"])
    #expect(try configuration.architectures == ["Qwen3ForCausalLM"])
    #expect(try configuration.modelType == "qwen3")
    #expect(try configuration.object("rope_scaling")?.double("factor") == 8)
    #expect(configuration.keys.first == "architectures")
  }

  @Test func takesNullForAbsent() throws {
    #expect(!configuration.contains("head_dim"))
    #expect(try configuration.int("head_dim", default: 16) == 16)
    #expect(try configuration.intIfPresent("head_dim") == nil)
    #expect(try configuration.object("head_dim") == nil)
    #expect(try configuration.stringsIfPresent("no") == nil)
    #expect(try configuration.bool("no", default: false) == false)
    #expect(try ModelConfiguration(Data("{}".utf8), file: "x").architectures == [])
    #expect(try ModelConfiguration(Data("{}".utf8), file: "x").modelType == nil)
  }

  @Test func saysWhatIsMissing() {
    #expect(
      throws: CheckpointError.missingSetting(
        file: "config.json", key: "head_dim", expected: "a whole number")
    ) { try configuration.int("head_dim") }
    #expect(
      throws: CheckpointError.missingSetting(
        file: "config.json", key: "rope_scaling.inner.size", expected: "a number")
    ) { try configuration.object("rope_scaling")?.object("inner")?.double("size") }
  }

  @Test func saysWhatIsOfAnotherKind() {
    func error(_ key: String, _ expected: String, _ found: String) -> CheckpointError {
      .unexpectedSetting(file: "config.json", key: key, expected: expected, found: found)
    }
    #expect(throws: error("model_type", "a whole number", "the string \"qwen3\"")) {
      try configuration.int("model_type")
    }
    #expect(throws: error("limit", "a whole number", "inf")) { try configuration.int("limit") }
    #expect(throws: error("hidden_size", "true or false", "64")) {
      try configuration.bool("hidden_size", default: true)
    }
    #expect(throws: error("eos", "a whole number", "an array")) {
      try configuration.intIfPresent("eos")
    }
    #expect(throws: error("mixed[1]", "a whole number", "the string \"x\"")) {
      try configuration.ints("mixed")
    }
    #expect(throws: error("rope_scaling.factor", "a string", "8")) {
      try configuration.object("rope_scaling")?.string("factor")
    }
  }

  @Test("must be a JSON object", arguments: ["", "[]", "{", "{\"a\":1,\"a\":2}"])
  func mustBeAnObject(text: String) {
    #expect {
      try ModelConfiguration(Data(text.utf8), file: "config.json")
    } throws: { error in
      if case .invalidJSON("config.json", _)? = error as? CheckpointError { true } else { false }
    }
  }
}
