import ByteJSON
import Checkpoints
import Formats
import Foundation
import Models
import TestSupport
import Testing

@Suite("The configuration of an EXL2 model")
struct EXL2ConfigurationTests {
  /// A Llama whose settings are ExLlamaV2's defaults, as far as it has any.
  private static let plain = ModelDescription(
    architecture: "LlamaForCausalLM", vocabularySize: 32, hiddenSize: 64, maximumPositions: 8,
    embeddingTensor: "model.embed_tokens.weight", blocks: [],
    finalNorm: Norm("model.norm", width: 64, epsilon: 1e-5),
    head: Linear("lm_head", in: 64, out: 32))

  /// What is said of it where a file doesn't.
  private static let added = ["architectures", "quantization_config"]

  private func configuration(
    _ original: String, dataset: String = "built-in", bitsPerWeight: Double = 4.25,
    of model: ModelDescription = plain
  ) throws -> String {
    let facts = ConversionFacts(
      bitsPerWeight: bitsPerWeight, headBits: 6.123456, rows: 64, tokens: 512, dataset: dataset)
    let data = try EXL2Format().configuration(
      Data(original.utf8), file: "config.json", facts, of: model)
    return String(decoding: data, as: UTF8.self)
  }

  @Test func saysHowTheModelWasMade() throws {
    #expect(
      try configuration("{\n  \"vocab_size\": 301\n}\n") == """
        {
          "vocab_size": 301,
          "architectures": ["LlamaForCausalLM"],
          "quantization_config": {
            "quant_method": "exl2",
            "version": "0.3.2",
            "bits": 4.25,
            "head_bits": 6,
            "calibration": {
              "rows": 64,
              "length": 512,
              "dataset": "built-in"
            }
          }
        }

        """)
  }

  @Test(
    "keeps the original's bytes and is valid",
    arguments: [
      "{}", " { } ", "{\n}\n", "{\"a\": 1}", "{\"a\": {\"b\": {}}}", "{\"a\": \"}\"}\n\n",
      "{\r\n\t\"a\": [1e3, 1.50],\r\n\t\"é\": null\r\n}\r\n", "{\"a\": Infinity, \"b\": NaN}",
    ])
  func keepsTheBytes(original: String) throws {
    let result = try configuration(original)
    let kept = String(original[..<original.lastIndex(of: "}")!])
    #expect(result.utf8.starts(with: kept.trimmingSuffix.utf8))

    func members(_ text: String) throws -> [String] {
      try JSONValue.parse(Data(text.utf8), allowingNonFinite: true).object!.members
        .map { "\($0.key.text)" }
    }
    #expect(try members(result) == members(original) + Self.added)
  }

  @Test("quotes the names of files", arguments: ["a\"b\\c", "tab\there\nline\u{1}", "é中😀", ""])
  func quotesNames(dataset: String) throws {
    let text = try configuration("{}", dataset: dataset)
    let value = try JSONValue.parse(Data(text.utf8))
    #expect(value["quantization_config"]?["calibration"]?["dataset"]?.text == dataset)
  }

  /// Where transformers 4 had them, which is where ExLlamaV2 reads them, under one name for the type.
  @Test(
    "repeats the rotary settings of transformers 5",
    arguments: [
      #"{"rope_type": "default", "rope_theta": 500000.0}"#,
      #"{"rope_type": "linear", "rope_theta": 1e6, "factor": 4.0}"#,
      #"{"rope_theta": 10000, "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "#
        + #""high_freq_factor": 4.0, "original_max_position_embeddings": 8192}"#,
      #"{"rope_type": "yarn", "rope_theta": 10000.0, "truncate": false, "attention_factor": null}"#,
      #"{"rope_type": "longrope", "short_factor": [1.0, 1.05, 1, 1, 1, 1, 1, 1], "#
        + #""long_factor": [1, 2.5e-3, 2, 2, 2, 2, 2, 2]}"#,
    ])
  func repeatsTheRotarySettings(parameters: String) throws {
    func value(_ text: String) throws -> JSONValue { try JSONValue.parse(Data(text.utf8)) }
    var tiny = TinyModel()
    tiny.extra = ["rope_theta": "null", "rope_parameters": parameters]
    let original = tiny.configuration
    let (rope, result) = (
      try value(parameters), try value(configuration(original, of: described(original)))
    )
    #expect(result["rope_parameters"] == rope)
    // What it takes where there is none need not be said.
    #expect(result["rope_theta"]?.double ?? 10_000 == rope["rope_theta"]?.double ?? 10_000)
    #expect(result["quantization_config"]?["quant_method"]?.text == "exl2")
    guard rope["rope_type"]?.text != "default" else {
      #expect(result["rope_scaling"] == nil)
      return
    }
    let scaling = try #require(result["rope_scaling"])
    #expect(scaling["type"] == nil)
    for member in rope.object!.members where member.key.text != "rope_theta" {
      #expect(scaling[member.key.text] == member.value)
    }
    if rope["rope_type"]?.text == "yarn" {
      #expect(scaling["factor"]?.double == 1)
      #expect(scaling["original_max_position_embeddings"]?.int == 256)
    }
    if rope["rope_type"]?.text == "longrope" {
      #expect(result["original_max_position_embeddings"]?.int == 256)
    }
  }

  private func described(_ configuration: String) throws -> ModelDescription {
    let llama = try #require(allArchitectures.first { $0.names.contains("LlamaForCausalLM") })
    return try llama.describe(
      ModelConfiguration(Data(configuration.utf8), file: "config.json"),
      tensors: TensorNames(Set(TinyModel().tensors.map(\.name))))
  }

  /// An object with both names of the type is refused by ExLlamaV2.
  @Test func keepsOneNameOfTheType() throws {
    var tiny = TinyModel()
    tiny.extra["rope_scaling"] = #"{"rope_type": "linear", "type": "linear", "factor": 2.0}"#
    let result = try JSONValue.parse(
      Data(configuration(tiny.configuration, of: described(tiny.configuration)).utf8))
    #expect(result["rope_scaling"]?["rope_type"]?.text == "linear")
    #expect(result["rope_scaling"]?.object?.members.count == 2)
    // Also where the type says that there is no scaling, and where one name is there without a type.
    for (scaling, type) in [
      (#"{"rope_type": "default", "type": "default"}"#, "default"),
      (#"{"type": "yarn", "rope_type": null, "factor": 4.0}"#, "yarn"),
      (#"{"type": null, "rope_type": "yarn", "factor": 4.0}"#, "yarn"),
    ] {
      tiny.extra["rope_scaling"] = scaling
      let text = try configuration(tiny.configuration, of: described(tiny.configuration))
      let written = try JSONValue.parse(Data(text.utf8))["rope_scaling"]
      #expect(written?["rope_type"]?.text == type && written?["type"] == nil)
      let original = written?["original_max_position_embeddings"]
      #expect((original != nil) == (type == "yarn"))
    }
    tiny.extra["rope_scaling"] = #"{"type": "linear", "factor": 2.0}"#
    let text = tiny.configuration
    #expect(try configuration(text, of: described(text)).hasPrefix(text.dropLast(3)))
  }

  @Test func namesOneClass() throws {
    let result = try JSONValue.parse(
      Data(configuration(#"{"architectures": ["LlamaForCausalLM", "Foo"]}"#).utf8))
    #expect(result["architectures"]?.array?.compactMap(\.text) == ["LlamaForCausalLM"])
  }

  /// ExLlamaV2 has defaults of its own, and looks for some keys outside `text_config` only.
  @Test(
    "says what the file leaves to the family",
    arguments: [
      ("gemma2", ["head_dim", "num_key_value_heads", "attn_logit_softcapping"]),
      ("cohere", ["logit_scale", "rope_theta", "layer_norm_eps"]),
      ("granite", ["attention_multiplier"]),
      ("mixtral", ["num_local_experts", "num_experts_per_tok", "rope_theta"]),
      ("qwen3", ["head_dim", "num_key_value_heads", "rms_norm_eps"]),
      ("starcoder2", ["layer_norm_epsilon"]),
    ])
  func saysWhatTheFileLeaves(fixture: String, keys: [String]) throws {
    let text = try String(
      contentsOf: FixtureModel.url(fixture).appending(path: "config.json"), encoding: .utf8)
    let model = try ModelDescription(Checkpoint(FixtureModel.url(fixture)))
    let whole = try JSONValue.parse(Data(text.utf8)).object!
    let rest = whole.members.filter { !keys.contains($0.key.text) }
    let cut = indentedJSON(rest.map { ($0.key.text, $0.value.json) })
    let result = try JSONValue.parse(Data(configuration(cut, of: model).utf8))
    for key in keys {
      let value = whole[key] ?? whole["norm_epsilon"]
      let (expected, found) = (try #require(value?.double), try #require(result[key]?.double))
      #expect(abs(found / expected - 1) < 1e-6, "\(key)")
    }
  }

  @Test func saysWhichBlocksOfGemma3HaveWindows() throws {
    let url = FixtureModel.url("gemma3-multimodal")
    let model = try ModelDescription(Checkpoint(url))
    let text = try String(contentsOf: url.appending(path: "config.json"), encoding: .utf8)
    let result = try JSONValue.parse(Data(configuration(text, of: model).utf8))
    #expect(result["sliding_window_pattern"]?.int == 3)
    #expect(result["architectures"] == (try JSONValue.parse(Data(text.utf8))["architectures"]))
  }

  /// A runtime that reads the older keys has to find what the newer one says.
  @Test func replacesOlderKeysAndKeepsTheOthers() throws {
    let original =
      #"{"a": [1, "\u00e9"], "rope_theta": 5, "b": -Infinity, "rope_scaling": null, "#
      + #""rope_parameters": {"rope_type": "linear", "rope_theta": 7, "factor": 2}, "c": {}}"#
    func parse(_ text: String) throws -> JSONValue {
      try JSONValue.parse(Data(text.utf8), allowingNonFinite: true)
    }
    var tiny = TinyModel()
    tiny.extra = [
      "rope_theta": "5",
      "rope_parameters": #"{"rope_type": "linear", "rope_theta": 7, "factor": 2}"#,
    ]
    let model = try described(tiny.configuration)
    let (before, after) = (try parse(original), try parse(configuration(original, of: model)))
    #expect(after["rope_theta"]?.int == 7 && after["rope_scaling"]?["factor"]?.int == 2)
    for key in ["a", "b", "rope_parameters", "c"] { #expect(after[key] == before[key]) }
    let (old, new) = (before.object!.keys.map(\.text), after.object!.keys.map(\.text))
    #expect(new.starts(with: old) && new.last == "quantization_config")
  }

  @Test(
    "needs an object to be added to",
    arguments: ["", "[]", "[{}]", "3", "\"{}\"", "{", "{}}", "{\"a\": 1,}"])
  func refusesOthers(original: String) {
    #expect {
      try configuration(original)
    } throws: { error in
      if case .configuration("config.json", _)? = error as? FormatError { true } else { false }
    }
  }
}

extension String {
  /// Without the white space at its end.
  fileprivate var trimmingSuffix: String {
    String(reversed().drop { $0.isWhitespace }.reversed())
  }
}
