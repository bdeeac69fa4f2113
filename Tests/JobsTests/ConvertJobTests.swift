import BitAllocation
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Quantization
import Tensors
import TestSupport
import Testing

@Suite("A conversion")
struct ConvertJobTests {
  private let session = try! TinySession()

  /// A different option for every layer of a few.
  private func options(of model: ModelDescription) throws -> [String: QParams] {
    let menu = try TinySession.options.map { try QParams(parsing: $0) }
    return Dictionary(
      uniqueKeysWithValues: model.linears.enumerated().map { ($1.name, menu[$0 % 4]) })
  }

  private func job(_ session: TinySession) throws -> ConvertJob {
    ConvertJob(
      model: session.model, rows: session.rows, options: try options(of: session.model.description),
      format: EXL2Format())
  }

  private func tensors(_ job: ConvertJob) throws -> [String: Data] {
    let announced = try job.format.tensors(of: job.model.description, options: job.options)
    let sink = MemorySink(announced)
    try job.run(into: sink) { _ in }
    let tensors = sink.tensors
    #expect(tensors.keys.sorted() == announced.map(\.name).sorted())
    return tensors
  }

  @Test(
    "quantizes each layer on what the quantized model computes up to it", arguments: [false, true])
  func quantizesOnWhatTheQuantizedModelComputes(isBiased: Bool) throws {
    let session = try TinySession { $0.attentionBias = isBiased }
    let job = try job(session)
    let expected = try plainConversion(
      of: session.model, rows: session.rows.rows, options: job.options, format: job.format)
    let written = try tensors(job)
    for linear in session.model.description.linears {
      for tensor in try job.format.encode(expected[linear.name]!, of: linear) {
        #expect(written[tensor.description.name] == tensor.bytes, "\(tensor.description.name)")
      }
    }
  }

  @Test func isSpreadOverShards() throws {
    let job = try job(session)
    func weights(shardBytes: Int) throws -> [Matrix] {
      let folder = session.folder["shards\(shardBytes)"]
      let writer = try CheckpointWriter(
        at: folder,
        tensors: job.format.tensors(of: session.model.description, options: job.options),
        shardBytes: shardBytes, baseName: "output")
      try job.run(into: writer) { _ in }
      try writer.addFile(copying: session.folder["original/config.json"])
      try writer.finish()
      let opened = try OpenedModel(Checkpoint(folder))
      #expect(opened.format?.name == "exl2")
      return try opened.model.description.linears.map(opened.model.weights.weights)
    }
    let (few, many) = (try weights(shardBytes: 1 << 30), try weights(shardBytes: 20_000))
    #expect(few == many)
    let files = try FileManager.default.contentsOfDirectory(
      atPath: session.folder["shards20000"].path)
    #expect(files.count { $0.hasSuffix(".safetensors") } > 3)
    #expect(files.contains("model.safetensors.index.json"))
  }

  @Test func needsAnOptionForEveryLayer() throws {
    var job = try job(session)
    let sink = MemorySink(
      try job.format.tensors(of: session.model.description, options: job.options))
    job.options["model.layers.1.mlp.up_proj"] = nil
    #expect(throws: JobError.layerWithoutAllocation(layer: "model.layers.1.mlp.up_proj")) {
      try job.run(into: sink) { _ in }
    }
  }

  @Test func namesTheLayerWhoseWeightsAreTooLarge() throws {
    let session = try TinySession { name, values in
      if name == "model.layers.1.mlp.gate_proj.weight" { values[5] = 70_000 }
    }
    #expect {
      _ = try tensors(try job(session))
    } throws: { error in
      if case .layerFailed("model.layers.1.mlp.gate_proj", _)? = error as? JobError {
        true
      } else {
        false
      }
    }
  }
}

@Suite("A converted model")
struct ModelConversionTests {
  private let session = try! TinySession()

  @Test func isCloseToTheOriginalAtEightBitsAndFartherAtFewer() throws {
    let measurement = try session.measurement(sketch: 8)
    let windows = randomWindows(6, tokens: 64, vocabulary: 301, seed: 9)
    let divergences = try TinySession.options.enumerated().map { index, option in
      let document = try session.allocation(option, from: measurement)
      let converted = try session.converted(document, to: "\(index)")
      #expect(converted.format?.name == "exl2")
      let evaluation = try EvaluateJob(
        model: converted.model, reference: session.model, windows: windows
      ).run { _ in }
      return try #require(evaluation.divergence).value
    }
    #expect(divergences == divergences.sorted())
    // Errors 16 times as large, squared, from 8 to 4 bits.
    #expect(divergences[0] < 1e-3 && divergences[0] * 64 < divergences[1])
    #expect(divergences[2] > 0.01)
  }

  @Test func hasTheWeightsThatCalibrationRanOn() throws {
    let measurement = try session.measurement(sketch: 8)
    let option = TinySession.options[2]
    let document = try session.allocation(option, from: measurement)
    let converted = try session.converted(document)
    let parsed = try QParams(parsing: option)
    let expected = try plainConversion(
      of: session.model, rows: session.rows.rows,
      options: Dictionary(
        uniqueKeysWithValues: session.model.description.linears.map { ($0.name, parsed) }),
      format: EXL2Format())
    for linear in session.model.description.linears {
      #expect(try converted.model.weights.weights(of: linear) == expected[linear.name]!.weights())
    }
  }

  @Test func isTheSameFolderEachTime() throws {
    let document = try session.allocation(
      TinySession.options[1], from: session.measurement(sketch: 8))
    let folders = try ["a", "b"].map {
      try session.converted(document, to: $0).checkpoint.directory
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folders[0].path).sorted()
    #expect(names == ["bpw.json", "config.json", "output.safetensors", "tokenizer.json"])
    for name in names {
      let contents = try folders.map { try Data(contentsOf: $0.appending(path: name)) }
      #expect(contents[0] == contents[1])
    }
    #expect(
      try Data(contentsOf: folders[0].appending(path: "tokenizer.json"))
        == Data(TinyModel.byteTokenizer.utf8))
  }

  @Test func saysItsSize() throws {
    let document = try session.allocation(
      TinySession.options[0], from: session.measurement(sketch: 8))
    let converted = try session.converted(document)
    let quantization = try #require(
      try converted.checkpoint.configuration.object("quantization_config"))
    let head = try #require(document.layers.last)
    #expect(try quantization.double("bits") == document.targetBitsPerWeight)
    let headBits = Double(head.bits) / Double(64 * 301)
    #expect(try abs(quantization.double("head_bits") - headBits) <= 0.5)

    // The bits of the layers are those of their tensors.
    let stored = try converted.checkpoint.tensorNames.filter { $0.contains(".q_") }
      .reduce(0) { try $0 + 8 * converted.checkpoint.description(of: $1).byteCount }
    #expect(stored == document.bits)
  }

  @Test func isNoOriginal() throws {
    let document = try session.allocation(
      TinySession.options[1], from: session.measurement(sketch: 8))
    let converted = try session.converted(document)
    let error = ModelError.alreadyQuantized(
      method: "exl2", directory: converted.checkpoint.directory.path)
    #expect(throws: error) { try converted.original() }
    #expect(throws: error) {
      try ModelConversion(converted, document: document, rows: session.rows)
    }
  }

  @Test func needsAnAllocationOfItsLayers() throws {
    let document = try session.allocation(
      TinySession.options[1], from: session.measurement(sketch: 8))
    func convert(_ change: (inout AllocationDocument) -> Void) throws {
      var document = document
      change(&document)
      _ = try ModelConversion(session.opened, document: document, rows: session.rows)
    }
    try convert { _ in }
    let last = "model.layers.1.mlp.down_proj"
    #expect(throws: JobError.layerWithoutAllocation(layer: last)) {
      try convert { $0.layers.removeAll { $0.name == last } }
    }
    #expect(throws: JobError.allocationForUnknownLayer(layer: "model.layers.2.mlp.down_proj")) {
      try convert {
        $0.layers.append($0.layers[0])
        $0.layers[$0.layers.count - 1].name = "model.layers.2.mlp.down_proj"
      }
    }
    #expect(throws: JobError.unknownFormat("gguf", known: ["exl2"])) {
      try convert { $0.settings.format = "gguf" }
    }
    #expect {
      try convert { $0.layers[3].option = "4 bits" }
    } throws: { error in
      guard case .unusableOption(let layer, _)? = error as? JobError else { return false }
      return layer == document.layers[3].name
    }
  }

  @Test func isOneThatItsFormatCanHold() throws {
    let other = try TinySession { $0.intermediate = 80 }
    let document = try session.allocation(
      TinySession.options[1], from: session.measurement(sketch: 8))
    #expect(throws: FormatError.self) {
      try ModelConversion(other.opened, document: document, rows: other.rows)
    }
  }

  @Test func appearsOnlyWhenItIsComplete() throws {
    let document = try session.allocation(
      TinySession.options[1], from: session.measurement(sketch: 8))
    _ = try session.converted(document, to: "out")
    let before = try session.folder.names
    #expect(throws: CheckpointError.self) { try session.converted(document, to: "out") }
    let conversion = try ModelConversion(
      session.opened, document: document,
      rows: CalibrationRows(
        rows: [[0, 999]], strata: [], rowStrata: [], sources: [], seed: 1))
    #expect(throws: ModelError.self) {
      try conversion.run(into: session.folder["new"], overwrite: false) { _ in }
    }
    #expect(try session.folder.names == before)
  }
}
