import BitAllocation
import Checkpoints
import Formats
import Foundation
import Models
import Quantization

/// An allocation turned into a model folder that runtimes load.
package struct ModelConversion {
  private let original: OpenedModel
  private let document: AllocationDocument
  private let rows: CalibrationRows
  private let format: any OutputFormat
  private let options: [String: QParams]

  /// Checks that the allocation, the model and the format fit each other, before any work.
  package init(
    _ original: OpenedModel, document: AllocationDocument, rows: CalibrationRows
  ) throws {
    (format, options) = try Self.checked(original, document)
    self.original = original
    self.document = document
    self.rows = rows
  }

  /// Throws what `init` throws, without needing rows.
  package static func check(_ original: OpenedModel, document: AllocationDocument) throws {
    _ = try checked(original, document)
  }

  private static func checked(
    _ original: OpenedModel, _ document: AllocationDocument
  ) throws -> (format: any OutputFormat, options: [String: QParams]) {
    let model = try original.original()
    let format = try namedOutputFormat(document.settings.format)
    try format.check(model.description)
    return (format, try options(document, for: format.arranged(model.description)))
  }

  /// Converts into `directory`, which appears when it is complete: weights, `config.json`, and the
  /// files beside them.
  package func run(
    into directory: URL, overwrite: Bool, observer: JobObserver
  ) throws {
    let model = original.model
    let source = original.checkpoint.directory
    let checkpoint = original.checkpoint
    let companions = model.description.companions
    let writer = try CheckpointWriter(
      at: directory,
      tensors: try format.tensors(of: format.arranged(model.description), options: options)
        + companions.map { try checkpoint.description(of: $0) },
      baseName: "output", overwrite: overwrite)
    // First, since a file that can't be read should not be noticed after hours.
    let configuration = source.appending(path: "config.json")
    try writer.addFile(
      "config.json",
      try format.configuration(
        Data(contentsOf: configuration), file: configuration.relativePath, facts,
        of: format.arranged(model.description)))
    for file in try original.checkpoint.companionFiles() { try writer.addFile(copying: file) }
    for name in companions {
      try checkpoint.tensor(name).withUnsafeBytes { try writer.write(name, $0, atByte: 0) }
    }
    let job = ConvertJob(
      model: model, rows: rows, options: options, format: format,
      damping: document.settings.damping)
    try job.run(into: writer, observer: observer)
    try writer.finish()
  }

  /// What the runtime computes otherwise than the model was made to, in sentences.
  package var remarks: [String] { format.remarks(on: original.model.description) }

  /// Files that the runtime wants and the original doesn't have.
  package var missingFiles: [String] {
    let directory = original.checkpoint.directory
    return format.companionFiles(of: original.model.description).filter {
      !FileManager.default.fileExists(atPath: directory.appending(path: $0).path)
    }
  }

  private var facts: ConversionFacts {
    let layer = format.arranged(original.model.description).head
    let head = document.options.first { $0.layer == layer.name }
    return ConversionFacts(
      bitsPerWeight: document.targetBitsPerWeight,
      headBits: Double(head?.bits ?? 0) / Double(layer.weightCount),
      rows: rows.rows.count, tokens: rows.tokens, dataset: rows.sources.joined(separator: ", "))
  }

  /// The option of every layer of a model, which is arranged. Throws `JobError` where these aren't
  /// the allocation's layers, or an option can't be read.
  static func options(
    _ document: AllocationDocument, for model: ModelDescription
  ) throws -> [String: QParams] {
    var options: [String: QParams] = [:]
    for (layer, option, _) in document.options {
      do {
        options[layer] = try QParams(parsing: option)
      } catch {
        throw JobError.unusableOption(layer: layer, reason: error.localizedDescription)
      }
    }
    let names = Set(model.linears.map(\.name))
    if let missing = model.linears.map(\.name).first(where: { options[$0] == nil }) {
      throw JobError.layerWithoutAllocation(layer: missing)
    }
    if let unknown = document.options.first(where: { !names.contains($0.layer) }) {
      throw JobError.allocationForUnknownLayer(layer: unknown.layer)
    }
    return options
  }
}
