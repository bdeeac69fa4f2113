import BitAllocation
import Foundation
import Jobs
import Quantization
import Tensors
import Testing

@Suite("ExLlamaV2's measurement.json")
struct ExLlamaMeasurementTests {
  @Test(
    "is written as Python writes it",
    arguments: ExLlamaFixture.theirs + ["measured.exported", "plan"])
  func isWrittenAsItWasRead(name: String) throws {
    #expect(try ExLlamaFixture.measurement(name).encoded() == ExLlamaFixture.data(name))
  }

  @Test func holdsWhatItSays() throws {
    let llama = try ExLlamaFixture.measurement("llama")
    #expect(llama.lastModuleIndex == 6)
    #expect(
      llama.entries.map(\.key) == [
        "model.layers.0.self_attn", "model.layers.0.mlp", "model.layers.1.self_attn",
        "model.layers.1.mlp", "model.norm.norm", "lm_head.linear",
      ])
    guard case .options(let options) = llama.entries[1].content else {
      Issue.record("no options")
      return
    }
    #expect(options.map(\.accuracy) == [0.9512345, 0.978, 0.977, 0.9991])
    #expect(options[0].layouts.map(\.projection) == ["gate_proj", "up_proj", "down_proj"])
    #expect(
      options[0]["down_proj"]?.description == "0.05:6b_32g/0.2:3b_64g/0.75:2b_64g s4")
    #expect(llama.entries[4].content == .nothing)
  }

  /// Group sizes may be given by width, by part, or once for all.
  @Test(arguments: ["64", "[64, 64]", #"{"2": 64, "3": 64}"#])
  func groupSizesHaveThreeForms(groupSize: String) throws {
    let read = try measurement(layout: layout(groupSize: groupSize))
    guard case .options(let options) = read.entries[0].content else {
      Issue.record("no options")
      return
    }
    #expect(options[0]["q_proj"]?.description == "0.25:3b_64g/0.75:2b_64g s4")
  }

  @Test(
    "that can't be used is refused with the reason",
    arguments: [
      ("", "is not valid JSON"),
      ("[1, 2]", "no object \"measurement\""),
      (#"{"measurement": {}, "last_module_idx": 0}"#, "no object \"measurement\""),
      (#"{"measurement": [{"key": "model.layers.0.self_attn.q_proj"}]}"#, "December 2023"),
      (#"{"measurement": {"model.layers.0.self_attn.q_proj": []}}"#, "December 2023"),
      (#"{"measurement": {"lm_head.linear": null}}"#, "\"last_module_idx\": expected a whole"),
      (#"{"measurement": {"a.b": null}, "last_module_idx": 1}"#, "has 'a.b'"),
      (#"{"measurement": {"a.norm": []}, "last_module_idx": 1}"#, "expected null, found an array"),
      (#"{"measurement": {"a.mlp": null}, "last_module_idx": 1}"#, "expected a list of options"),
      (#"{"measurement": {"a.mlp": []}, "last_module_idx": 1}"#, "expected a list of options"),
      (
        #"{"measurement": {"a.parallel_decoder": {"attn": 3}}, "last_module_idx": 1}"#,
        "\"attn\": expected a list of options, found 3"
      ),
    ])
  func refusesFiles(text: String, reason: String) { expect(text, reason) }

  @Test(
    "with an option that can't be used is refused with the reason",
    arguments: [
      (#""accuracy": 0.5"#, #""accuracy": NaN"#, "option 0: the accuracy is NaN"),
      (#""accuracy": 0.5"#, #""accuracy": Infinity"#, "option 0: the accuracy is Infinity"),
      (#""accuracy": 0.5"#, #""accuracy": -Infinity"#, "the accuracy is -Infinity"),
      (#""accuracy": 0.5"#, #""accuracy": 1"#, "the accuracy is 1;"),
      (#""accuracy": 0.5"#, #""accuracy": -0.25"#, "the accuracy is -0.25"),
      (#""accuracy": 0.5"#, #""accuracy": "high""#, "expected a number, found a string"),
      (#""accuracy": 0.5,"#, "", "\"accuracy\": expected a number, found nothing"),
      (#""total_bits": 9"#, #""total_bits": 9.5"#, "expected a whole number, found 9.5"),
      (#""total_bits": 9"#, #""total_bits": 1e300"#, "expected a whole number"),
      (#""scale_bits": 4"#, #""scale_bits": 5"#, "\"scale_bits\": expected 4, found 5"),
      (#""bits": [3, 2]"#, #""bits": [2, 3]"#, "widths do not descend"),
      (#""bits": [3, 2]"#, #""bits": [3, null]"#, "expected a list of numbers"),
      (#""bits": [3, 2]"#, #""bits": [3]"#, "1 widths, 1 group sizes and 2 shares"),
      (#""bits": [3, 2]"#, #""bits": []"#, "0 widths"),
      ("[0.25, 0.75]", "[0.25, 0.5]", "add up to 0.75"),
      ("[0.25, 0.75]", "[NaN, 0.75]", "the share nan"),
      (#""group_size": 64"#, #""group_size": 40"#, "not a multiple of 32"),
      (#""group_size": 64"#, #""group_size": {"3": 64}"#, "1 group sizes"),
      (#""group_size": 64"#, #""group_size": [64]"#, "0 group sizes"),
      (#""group_size": 64,"#, "", "0 group sizes"),
    ])
  func refusesOptions(old: String, new: String, reason: String) {
    let text = document(layout: layout())
    #expect(text.contains(old))
    expect(text.replacing(old, with: new), reason)
  }

  private func expect(_ text: String, _ reason: String) {
    #expect {
      try ExLlamaMeasurement(decoding: Data(text.utf8), file: "m.json")
    } throws: { error in
      error is ExLlamaError && error.localizedDescription.hasPrefix("m.json")
        && error.localizedDescription.contains(reason)
    }
  }

  private func measurement(layout: String) throws -> ExLlamaMeasurement {
    try ExLlamaMeasurement(decoding: Data(document(layout: layout).utf8), file: "m.json")
  }

  private func layout(groupSize: String = "64") -> String {
    #"{"group_size": \#(groupSize), "bits": [3, 2], "bits_prop": [0.25, 0.75], "scale_bits": 4}"#
  }

  private func document(layout: String) -> String {
    #"{"measurement": {"model.layers.0.self_attn": [{"accuracy": 0.5, "total_bits": 9, "#
      + #""q_proj": \#(layout)}]}, "last_module_idx": 1}"#
  }
}

@Suite("A damaged measurement.json")
struct DamagedExLlamaMeasurementTests {
  /// A file that was cut short.
  @Test func isRefusedAtEveryLength() throws {
    let data = try ExLlamaFixture.data("plan")
    for length in 0..<data.count {
      #expect(throws: ExLlamaError.self) {
        try ExLlamaMeasurement(decoding: data.prefix(length), file: "m.json")
      }
    }
  }

  /// Whatever bytes are changed, the file is refused, or what is read can be allocated from.
  @Test func isRefusedOrUsable() throws {
    var (refused, used) = (0, 0)
    for name in ["llama", "mixtral", "cohere"] {
      let data = try ExLlamaFixture.data(name)
      let modules = try ExLlamaFixture.modules(name)
      for seed in 0..<1000 {
        var random = SeededGenerator(seed: UInt64(seed), stream: 5)
        var damaged = data
        for _ in 0...random.next(below: 2) { Self.damage(&damaged, &random) }
        do {
          let read = try ExLlamaMeasurement(decoding: damaged, file: "m.json")
          try ExLlamaImportTests.imported(read, of: modules).validate()
          used += 1
        } catch is ExLlamaError {
          refused += 1
        }
      }
    }
    #expect(refused > 100 && used > 100, "\(refused) refused, \(used) used")
  }

  /// Changes any byte, or, so that the file is still JSON, a digit to another one.
  private static func damage(_ data: inout Data, _ random: inout SeededGenerator) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let position = random.next(below: data.count)
    guard random.next(below: 4) > 0,
      let digit = data[position...].firstIndex(where: digits.contains)
    else {
      data[position] = UInt8(random.next(below: 256))
      return
    }
    data[digit] = digits.lowerBound + UInt8(random.next(below: digits.count))
  }
}
