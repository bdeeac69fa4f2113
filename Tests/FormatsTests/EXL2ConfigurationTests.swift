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
            "head_bits": 6.1235,
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
