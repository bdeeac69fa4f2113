import ByteJSON
import Formats
import Foundation
import Testing

@Suite("The configuration of an EXL2 model")
struct EXL2ConfigurationTests {
  private func configuration(
    _ original: String, dataset: String = "built-in", bitsPerWeight: Double = 4.25
  ) throws -> String {
    let facts = ConversionFacts(
      bitsPerWeight: bitsPerWeight, headBits: 6.123456, rows: 64, tokens: 512, dataset: dataset)
    let data = try EXL2Format().configuration(
      Data(original.utf8), file: "config.json", facts)
    return String(decoding: data, as: UTF8.self)
  }

  @Test func saysHowTheModelWasMade() throws {
    #expect(
      try configuration("{\n  \"vocab_size\": 301\n}\n") == """
        {
          "vocab_size": 301,
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
    #expect(try members(result) == members(original) + ["quantization_config"])
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
      #"{"rope_type": "longrope", "short_factor": [1.0, 1.05], "long_factor": [1, 2.5e-3]}"#,
    ])
  func repeatsTheRotarySettings(parameters: String) throws {
    func value(_ text: String) throws -> JSONValue { try JSONValue.parse(Data(text.utf8)) }
    let original = "{\"hidden_size\": 64, \"rope_parameters\": \(parameters)}"
    let (rope, result) = (try value(parameters), try value(configuration(original)))
    #expect(result["rope_parameters"] == rope)
    #expect(result["rope_theta"]?.double == rope["rope_theta"]?.double)
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
  }

  /// A runtime that reads the older keys has to find what the newer one says.
  @Test func replacesOlderKeysAndKeepsTheOthers() throws {
    let original =
      #"{"a": [1, "\u00e9"], "rope_theta": 5, "b": -Infinity, "rope_scaling": null, "#
      + #""rope_parameters": {"rope_type": "linear", "rope_theta": 7, "factor": 2}, "c": {}}"#
    func parse(_ text: String) throws -> JSONValue {
      try JSONValue.parse(Data(text.utf8), allowingNonFinite: true)
    }
    let (before, after) = (try parse(original), try parse(configuration(original)))
    #expect(after["rope_theta"]?.int == 7 && after["rope_scaling"]?["factor"]?.int == 2)
    for key in ["a", "b", "rope_parameters", "c"] { #expect(after[key] == before[key]) }
    #expect(
      after.object.map { $0.keys.map(\.text) }
        == before.object.map { $0.keys.map(\.text) + ["quantization_config"] })
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
