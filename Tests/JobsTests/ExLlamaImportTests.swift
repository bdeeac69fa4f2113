import BitAllocation
import Formats
import Foundation
import Jobs
import Models
import Quantization
import Testing

import struct BitAllocation.Measurement

@Suite("What ExLlamaV2 measured, imported")
struct ExLlamaImportTests {
  static func imported(
    _ measurement: ExLlamaMeasurement, of modules: ExLlamaModules,
    architecture: String = "LlamaForCausalLM", headBits: Int = 6
  ) throws -> Measurement {
    try Measurement(
      importing: measurement, file: "m.json", of: modules, architecture: architecture,
      fingerprint: "fingerprint", head: #require(EXL2Format.headOption(bits: headBits)))
  }

  @Test func isTheGoldenFile() throws {
    let imported = try Self.imported(
      ExLlamaFixture.measurement("llama"), of: ExLlamaFixture.modules("llama"))
    #expect(try imported.encoded() == ExLlamaFixture.data("llama.imported"))
    #expect(try Measurement.read(ExLlamaFixture.url("llama.imported")) == imported)
  }

  /// The sizes in the files are ExLlamaV2's; that they are accepted shows that ours are the same.
  @Test("fits every kind of model", arguments: ExLlamaFixture.theirs)
  func fits(name: String) throws {
    let model = try ExLlamaFixture.model(name)
    let imported = try Self.imported(
      ExLlamaFixture.measurement(name), of: ExLlamaModules(model),
      architecture: model.architecture)
    try imported.validate()
    let members = imported.layers.flatMap { $0.members ?? [$0.name] }
    #expect(Set(members) == Set(EXL2Format().arranged(model).linears.map(\.name)))
    #expect(imported.model.weights == model.linears.reduce(0) { $0 + $1.weightCount })
    #expect(imported.model.blocks == model.blocks.count)
  }

  @Test func hasTheHeadThatWasAskedFor() throws {
    for bits in EXL2Format.headBits {
      let head = try #require(
        try Self.imported(
          ExLlamaFixture.measurement("llama"), of: ExLlamaFixture.modules("llama"), headBits: bits
        ).layers.last)
      #expect(head.name == "lm_head" && head.block == nil)
      #expect(head.options.map(\.option) == [EXL2Format.headOption(bits: bits)?.description])
      #expect(head.options[0].errors == [0])
    }
  }

  /// Whatever the errors are relative to and however rows are summed up, it is ExLlamaV2's number, but
  /// for the share by which Tikhonov's estimator enlarges what errors are relative to.
  @Test(arguments: ErrorEstimator.allCases, ErrorScale.allCases)
  func errorsAreExLlamas(estimator: ErrorEstimator, scale: ErrorScale) throws {
    let imported = try Self.imported(
      ExLlamaFixture.measurement("llama"), of: ExLlamaFixture.modules("llama"))
    let problem = try AllocationProblem(
      imported, AllocationRequest(.bitsPerWeight(4), estimator: estimator, scale: scale))
    let factor = estimator == .tikhonov ? 1.1 : 1
    for (option, accuracy) in zip(problem.layers[1].options, [0.9512345, 0.978, 0.977, 0.9991]) {
      let error = (option.error * factor).squareRoot()
      #expect(abs(error - (1 - accuracy)) < 1e-7 * (1 - accuracy))
    }
  }

  @Test func allocatesEveryLayer() throws {
    let imported = try Self.imported(
      ExLlamaFixture.measurement("mixtral"), of: ExLlamaFixture.modules("mixtral"))
    let size = imported.reachableBitsPerWeight
    let document = try AllocationDocument(
      imported, AllocationRequest(.bitsPerWeight((size.lowerBound + size.upperBound) / 2)),
      by: ExactStrategy())
    try document.validate()
    let names = try EXL2Format().arranged(ExLlamaFixture.model("mixtral")).linears.map(\.name)
    #expect(document.options.map(\.layer) == names)
  }

  @Test func ofAnUnfinishedJobIsRefused() throws {
    var measurement = try ExLlamaFixture.measurement("llama")
    measurement.lastModuleIndex = 4
    try expect(measurement, "is of an unfinished job: its last module is 4 of 6.")
  }

  @Test func ofAnotherModelIsRefused() throws {
    var measurement = try ExLlamaFixture.measurement("llama")
    let removed = measurement.entries.remove(at: 2)
    try expect(measurement, "has no 'model.layers.1.self_attn'")
    measurement.entries.append(.init(key: "model.layers.2.self_attn", content: removed.content))
    try expect(measurement, "has 'model.layers.2.self_attn', which the model doesn't have")
    try expect(
      ExLlamaFixture.measurement("mixtral"), "has 'model.layers.0.block_sparse_moe', which")
    try expect(
      ExLlamaFixture.measurement("cohere"), "has 'model.layers.0.parallel_decoder', which")
  }

  @Test func ofOtherSizesIsRefused() throws {
    let measurement = try change { $0.totalBits += 1 }
    try expect(
      measurement,
      "'model.layers.0.mlp', option 0: \"total_bits\" is 70081, but the module's layers take 70080")
  }

  @Test func withoutALayoutIsRefused() throws {
    let measurement = try change { $0.layouts.remove(at: 1) }
    try expect(measurement, "'model.layers.0.mlp', option 0: there is no layout for \"up_proj\"")
  }

  /// The fixture with its first feed-forward's first option changed.
  private func change(
    _ change: (inout ExLlamaMeasurement.Option) -> Void
  ) throws -> ExLlamaMeasurement {
    var measurement = try ExLlamaFixture.measurement("llama")
    guard case .options(var options) = measurement.entries[1].content else { return measurement }
    change(&options[0])
    measurement.entries[1].content = .options(options)
    return measurement
  }

  private func expect(_ measurement: ExLlamaMeasurement, _ reason: String) throws {
    let modules = try ExLlamaFixture.modules("llama")
    #expect {
      try Self.imported(measurement, of: modules)
    } throws: { error in
      error is ExLlamaError && error.localizedDescription.hasPrefix("m.json")
        && error.localizedDescription.contains(reason)
    }
  }
}
