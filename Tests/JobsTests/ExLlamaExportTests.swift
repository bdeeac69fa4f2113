import BitAllocation
import Formats
import Foundation
import Jobs
import Models
import Quantization
import Tensors
import TestSupport
import Testing

import struct BitAllocation.Measurement

@Suite("A measurement for ExLlamaV2")
struct ExLlamaExportTests {
  private func exported(_ name: String) throws -> ExLlamaMeasurement {
    try ExLlamaMeasurement(
      exporting: Measurement.read(ExLlamaFixture.url(name)), file: "\(name).json",
      of: ExLlamaFixture.modules(name))
  }

  /// It holds the best of all combinations per module, which were found by trying all.
  @Test func isTheGoldenFile() throws {
    #expect(try exported("measured").encoded() == ExLlamaFixture.data("measured.exported"))
  }

  @Test func needsTheModelThatWasMeasured() throws {
    let measurement = try Measurement.read(ExLlamaFixture.url("measured"))
    #expect(
      throws: ExLlamaError.missingLayer(file: "m.json", layer: "model.layers.1.self_attn.q_proj")
    ) {
      try ExLlamaMeasurement(
        exporting: measurement, file: "m.json", of: ExLlamaFixture.modules("llama"))
    }
  }

  @Test("is what was imported", arguments: ExLlamaFixture.theirs)
  func isWhatWasImported(name: String) throws {
    let modules = try ExLlamaFixture.modules(name)
    let imported = try ExLlamaImportTests.imported(
      ExLlamaFixture.measurement(name), of: modules)
    let exported = try ExLlamaMeasurement(exporting: imported, file: "m.json", of: modules)
    #expect(exported.encoded() == (try ExLlamaFixture.data(name)))
  }

  /// With up to seven digits of each error, whatever their size.
  @Test(arguments: 0..<20)
  func keepsAnyAccuracy(seed: UInt64) throws {
    let modules = try ExLlamaFixture.modules("llama")
    var random = SeededGenerator(seed: seed, stream: 9)
    var measurement = try ExLlamaFixture.measurement("llama")
    for index in 0..<4 {
      guard case .options(var options) = measurement.entries[index].content else { continue }
      for option in options.indices {
        let size = random.next(below: 7)
        let digits = 100_001 + random.next(below: 899_000)
        options[option].accuracy =
          (pow(10, Double(6 + size)) - Double(digits)) / pow(10, Double(6 + size))
      }
      measurement.entries[index].content = .options(options)
    }
    let imported = try ExLlamaImportTests.imported(measurement, of: modules)
    #expect(
      try ExLlamaMeasurement(exporting: imported, file: "m.json", of: modules) == measurement)
  }

  /// The converter takes the logarithm of what is missing to 1.
  @Test func hasAccuraciesBetweenZeroAndOne() throws {
    var measurement = try Measurement.read(ExLlamaFixture.url("measured"))
    for layer in measurement.layers.indices {
      measurement.layers[layer].options[0].errors = [1e9, 1e9]
      measurement.layers[layer].options[3 % measurement.layers[layer].options.count].errors = [
        0, 0,
      ]
    }
    let exported = try ExLlamaMeasurement(
      exporting: measurement, file: "m.json", of: ExLlamaFixture.modules("measured"))
    guard case .options(let options) = exported.entries[0].content else {
      Issue.record("no options")
      return
    }
    #expect(options.first?.accuracy == 1e-6)
    #expect(options.last?.accuracy == 0.99999999)
    #expect(options.map(\.totalBits) == options.map(\.totalBits).sorted())
  }

  @Test func takesExpertsTogether() throws {
    let session = try TinySession(rows: 2, tokens: 16) { $0.experts = 3 }
    let measurement = try session.measurement()
    let modules = try ExLlamaModules(session.model.description)
    let exported = try ExLlamaMeasurement(exporting: measurement, file: "m.json", of: modules)
    guard case .options(let options) = exported.entries[1].content else {
      Issue.record("no options")
      return
    }
    #expect(exported.entries[1].key == "model.layers.0.block_sparse_moe")
    #expect(options.count > 1)
    // That it is accepted again shows that the sizes are those of all experts.
    let imported = try ExLlamaImportTests.imported(exported, of: modules)
    #expect(imported.layers[1].members?.count == 9)
  }

  @Test func knowsNoOtherTies() throws {
    var measurement = try Measurement.read(ExLlamaFixture.url("measured"))
    for index in [0, 1] {
      measurement.layers[index].members = [measurement.layers[index].name]
      measurement.layers[index].name = "tied \(index)"
      for option in measurement.layers[index].options.indices {
        let only = measurement.layers[index].options[option]
        measurement.layers[index].options[option].members = [
          .init(option: only.option, bits: only.bits)
        ]
      }
    }
    try measurement.validate()
    let modules = try ExLlamaFixture.modules("measured")
    #expect(
      throws: ExLlamaError.tiedOtherwise(
        file: "m.json", layer: "tied 0", module: "model.layers.0.self_attn")
    ) {
      try ExLlamaMeasurement(exporting: measurement, file: "m.json", of: modules)
    }
  }

  @Test func isNotForModelsThatExLlamaDoesntKnow() throws {
    #expect(throws: FormatError.self) { try ExLlamaFixture.modules("olmo2-mha") }
  }
}

@Suite("An allocation for ExLlamaV2")
struct ExLlamaPlanTests {
  private func allocation(_ choices: [Int], of measurement: Measurement) throws
    -> AllocationDocument
  {
    let request = AllocationRequest(.bitsPerWeight(16))
    let problem = try AllocationProblem(measurement, request)
    return AllocationDocument(
      Allocation(choices: choices), of: problem, from: measurement, request: request,
      strategy: UniformStrategy())
  }

  private func measured() throws -> Measurement {
    try Measurement.read(ExLlamaFixture.url("measured"))
  }

  @Test func isTheGoldenFile() throws {
    let document = try allocation([2, 0, 3, 1, 0, 1, 3, 0], of: measured())
    let exported = try ExLlamaMeasurement(
      exporting: document, file: "a.json", of: ExLlamaFixture.modules("measured"))
    #expect(try exported.encoded() == ExLlamaFixture.data("plan"))
  }

  @Test func knowsTheCommandLine() throws {
    let modules = try ExLlamaFixture.modules("measured")
    for (head, headBits) in [(0, 6), (1, nil)] {
      let document = try allocation([2, 0, 3, 1, 0, 1, 3, head], of: measured())
      let plan = try ExLlamaPlan(
        document,
        exported: ExLlamaMeasurement(exporting: document, file: "a.json", of: modules),
        file: "a.json", of: modules)
      #expect(plan.headBits == headBits)
      #expect(plan.headOption == document.options.last?.option)
      let decoder = document.options.dropLast().reduce(0) { $0 + $1.bits }
      let weights = Double(document.weights - 64 * 301)
      #expect(plan.bits == (Double(decoder) / weights * 10_000).rounded() / 10_000)
    }
  }

  /// What is imported and allocated comes out as an option that was imported.
  @Test func ofAnImportedMeasurementHasItsOptions() throws {
    let modules = try ExLlamaFixture.modules("llama")
    let theirs = try ExLlamaFixture.measurement("llama")
    let document = try allocation(
      [2, 0, 1, 3, 0], of: ExLlamaImportTests.imported(theirs, of: modules))
    let exported = try ExLlamaMeasurement(exporting: document, file: "a.json", of: modules)
    for (index, choice) in [2, 0, 1, 3].enumerated() {
      guard case .options(let all) = theirs.entries[index].content,
        case .options(let chosen) = exported.entries[index].content
      else {
        Issue.record("no options")
        return
      }
      #expect(chosen == [all[choice]])
    }
  }

  @Test func canGiveExpertsOneOptionOnly() throws {
    let session = try TinySession(rows: 2, tokens: 16) { $0.experts = 3 }
    let measurement = try session.measurement()
    let modules = try ExLlamaModules(session.model.description)
    var choices = measurement.layers.map { _ in 1 }
    let same = try allocation(choices, of: measurement)
    _ = try ExLlamaMeasurement(exporting: same, file: "a.json", of: modules)
    let index = try #require(
      measurement.layers.firstIndex { $0.name.hasSuffix("layers.1.block_sparse_moe.experts.2.w3") })
    choices[index] = 0
    let document = try allocation(choices, of: measurement)
    #expect(
      throws: ExLlamaError.expertsDiffer(
        module: "model.layers.1.block_sparse_moe", projection: "w3",
        options: ["1:4b_32g s4", "1:8b_32g s4"])
    ) {
      try ExLlamaMeasurement(exporting: document, file: "a.json", of: modules)
    }
  }
}
