import BitAllocation
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Quantization
import TestSupport
import Testing

/// Every tiny model through everything: a new family is tested here as soon as it has a fixture.
@Suite("Every architecture")
struct EveryArchitectureTests {
  static let folders = FixtureModel.names

  /// Some fixtures have layers that EXL2's groups don't divide, for the sake of odd shapes; every
  /// family has others.
  private static func isMeasurable(_ model: ModelDescription) -> Bool {
    (try? EXL2Format().checkShapes(model)) != nil
  }

  private let folder = try! TemporaryFolder()

  private func open(_ name: String) throws -> (model: OpenedModel, rows: CalibrationRows) {
    let opened = try OpenedModel(Checkpoint(FixtureModel.url(name)))
    return (
      opened,
      TinySession.randomRows(
        5, tokens: 40, vocabulary: opened.model.description.vocabularySize)
    )
  }

  private func measure(_ model: Model, _ rows: CalibrationRows) throws
    -> BitAllocation.Measurement
  {
    try MeasureJob(
      model: model, fingerprint: "fingerprint", rows: rows,
      menu: OptionMenu(options: try TinySession.options.map { try QParams(parsing: $0) }),
      menuName: "menu.json", settings: MeasureSettings(sketch: 8)
    ).run { _ in }
  }

  @Test("is measured, layer by layer, with less error for more bits", arguments: folders)
  func isMeasured(name: String) throws {
    let (opened, rows) = try open(name)
    guard Self.isMeasurable(opened.model.description) else {
      #expect(throws: FormatError.self) { try measure(opened.model, rows) }
      return
    }
    let measurement = try measure(opened.model, rows)
    let description = EXL2Format().arranged(opened.model.description)
    #expect(measurement.layers.map(\.name) == description.linears.map(\.name))
    try measurement.validate()
    for layer in measurement.layers {
      let errors = layer.options.map { $0.errors.reduce(0, +) }
      #expect(errors[0] > 0 && errors == errors.sorted(), "\(layer.name)")
      #expect((layer.gain ?? 0) > 0 && layer.reference.contains { $0 > 0 }, "\(layer.name)")
      // Experts know how many tokens they saw.
      #expect((layer.tokens != nil) == layer.name.contains(".experts."))
    }
  }

  @Test(
    "is converted where its format can hold it, and refused with a sentence elsewhere",
    arguments: folders)
  func isConverted(name: String) throws {
    let (opened, rows) = try open(name)
    let format = EXL2Format()
    let description = format.arranged(opened.model.description)
    func options(_ option: String) throws -> [String: QParams] {
      let parsed = try QParams(parsing: option)
      return Dictionary(uniqueKeysWithValues: description.linears.map { ($0.name, parsed) })
    }
    do {
      try format.check(opened.model.description)
    } catch FormatError.notConvertible(_, _, let architecture, _, _) {
      #expect(architecture == opened.model.description.architecture)
      return
    }
    let windows = randomWindows(
      3, tokens: 40, vocabulary: description.vocabularySize, seed: 9)
    let divergences = try ["1:8b_32g s4", "1:2b_32g s4"].enumerated().map { index, option in
      let options = try options(option)
      let directory = folder["\(index)"]
      let writer = try CheckpointWriter(
        at: directory, tensors: format.tensors(of: description, options: options),
        baseName: "output")
      let original = opened.checkpoint.directory.appending(path: "config.json")
      try writer.addFile(
        "config.json",
        format.configuration(
          Data(contentsOf: original), file: "config.json",
          ConversionFacts(bitsPerWeight: 4, headBits: 4, rows: 5, tokens: 40, dataset: "random"),
          of: description))
      try ConvertJob(model: opened.model, rows: rows, options: options, format: format)
        .run(into: writer) { _ in }
      try writer.finish()
      let converted = try OpenedModel(Checkpoint(directory))
      #expect(converted.format?.name == "exl2")
      return try #require(
        try EvaluateJob(
          model: converted.model, reference: opened.model, windows: windows
        ).run { _ in }.divergence
      ).value
    }
    #expect(divergences[0] < 5e-3 && divergences[0] * 20 < divergences[1])
  }

  @Test(
    "has sensitivities, and shows more divergence where more is lost", arguments: folders)
  func hasSensitivities(name: String) throws {
    let (opened, rows) = try open(name)
    guard Self.isMeasurable(opened.model.description) else { return }
    let measurement = try measure(opened.model, rows)
    let job = try SensitivityJob(
      opened, measurement: measurement, rows: rows,
      settings: SensitivitySettings(
        method: .both, anchors: [6, 1], noise: [0.05], rows: 3, gate: 2))
    let document = try job.run(
      in: JobDirectory(folder["job"], settings: job.identity), observer: { _ in })
    try document.check(against: measurement)
    try document.validate()
    #expect(document.layers.allSatisfy { $0.coefficient > 0 })
    for layer in document.layers {
      let kl = layer.observations.map(\.divergence)
      // Sums of exponentials in floats are off by a few units of 6e-8.
      #expect(kl.count >= 2 && kl.allSatisfy { $0 > -3e-7 }, "\(layer.name): \(kl)")
      // An expert may have seen none of the compared tokens, or a few whose router let little
      // through. Of a layer with few outputs, both anchors are the smallest option.
      guard !layer.name.contains("experts"), kl.count == 3 else { continue }
      #expect(kl[0] > 0 && kl[1] > kl[0] && kl[2] > 0, "\(layer.name): \(kl)")
    }
    let seen = document.layers.filter { $0.name.contains(".experts.") }
      .count { $0.observations[0].divergence > 0 }
    let experts = document.layers.count { $0.name.contains(".experts.") }
    #expect(2 * seen >= experts)
  }

  @Test func isAmongThoseMeasured() throws {
    let measured = try Self.folders.map { try open($0).model.model.description }
      .filter(Self.isMeasurable).map(\.architecture)
    for architecture in allArchitectures {
      #expect(!Set(measured).isDisjoint(with: architecture.names), "\(architecture.names[0])")
    }
  }

  /// What isn't refused is converted above; this tells if too much is refused.
  @Test func isConvertedWhereExLlamaV2KnowsIt() throws {
    let models = try Self.folders.map { try open($0).model.model.description }
    let converted = models.filter { (try? EXL2Format().check($0)) != nil }.map(\.architecture)
    #expect(
      Set(converted) == [
        "CohereForCausalLM", "Gemma2ForCausalLM", "Gemma3ForCausalLM",
        "Gemma3ForConditionalGeneration", "GemmaForCausalLM", "Glm4ForCausalLM",
        "GraniteForCausalLM", "LlamaForCausalLM", "Mistral3ForConditionalGeneration",
        "MistralForCausalLM", "MixtralForCausalLM", "Phi3ForCausalLM", "Qwen2ForCausalLM",
        "Qwen2VLForConditionalGeneration", "Qwen3ForCausalLM", "Qwen3MoeForCausalLM",
        "Starcoder2ForCausalLM",
      ])
  }
}
