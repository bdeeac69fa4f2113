import BitAllocation
import Checkpoints
import Crypto
import Formats
import Foundation
import Models
import Quantization
import Tensors

/// An allocation turned into a model folder that runtimes load.
package struct ModelConversion {
  private let original: OpenedModel
  private let document: AllocationDocument
  /// What is calibrated on.
  package let rows: CalibrationRows
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

  /// What must be the same for a conversion to be continued, and for one that is finished to be left
  /// as it is.
  package struct Identity: Codable, Equatable, Sendable {
    let model: String
    let format: String
    let targetBitsPerWeight: Double
    /// SHA-256, in hexadecimal, of the options of all layers.
    let options: String
    let rows: Int
    let tokens: Int
    let seed: UInt64
    let text: String
    let damping: Double?
    let kernel: String
  }

  /// What a directory for this job is opened with.
  package var identity: Identity {
    let options = document.options.map { "\($0.layer) \($0.option)" }.joined(separator: "\n")
    return Identity(
      model: document.model.fingerprint, format: format.name,
      targetBitsPerWeight: document.targetBitsPerWeight,
      options: SHA256.hexadecimal(of: options), rows: rows.rows.count,
      tokens: rows.tokens, seed: rows.seed, text: rows.fingerprint,
      damping: document.settings.damping,
      kernel: BLAS.kernel)
  }

  /// The model as the format wants it.
  package var arranged: ModelDescription { format.arranged(original.model.description) }

  /// Whether a folder says how it was made.
  package static func hasRecord(_ directory: URL) -> Bool {
    ConversionRecord.read(in: directory) != nil
  }

  /// In what a folder was made otherwise than this conversion would make it, as "rows 16 instead of
  /// 32".
  package func differences(from directory: URL) -> [String] {
    guard let found = ConversionRecord.read(in: directory) else { return [] }
    return (try? JobDirectory.differences(found.conversion, identity)) ?? []
  }

  /// Whether a job's folder has a part of this conversion.
  package func isBegun(in job: URL) -> Bool {
    FileManager.default.fileExists(atPath: job.appending(path: Self.workplaceName).path)
  }

  private static let workplaceName = "model"

  /// Whether a folder holds what this conversion would make.
  package func isFinished(_ directory: URL) -> Bool {
    ConversionRecord.read(in: directory)?.conversion == identity
  }

  /// Converts into `directory`, which appears when it is complete: weights, `config.json`, the files
  /// beside them, and a record of how it was made.
  ///
  /// With a job's directory, what an earlier run finished isn't done again; the result is the same,
  /// byte for byte, whatever is planned for memory.
  package func run(
    into directory: URL, overwrite: Bool, in job: JobDirectory? = nil, memory: MemoryPlan? = nil,
    observer: JobObserver
  ) throws {
    let model = original.model
    let source = original.checkpoint.directory
    let checkpoint = original.checkpoint
    let companions = model.description.companions
    let writer = try CheckpointWriter(
      at: directory,
      tensors: try format.tensors(of: format.arranged(model.description), options: options)
        + companions.map { try checkpoint.description(of: $0) },
      baseName: "output", overwrite: overwrite,
      workplace: job?.url.appending(path: Self.workplaceName))
    // First, since a file that can't be read should not be noticed after hours.
    let configuration = source.appending(path: "config.json")
    try writer.addFile(
      "config.json",
      try format.configuration(
        Data(contentsOf: configuration), file: configuration.relativePath, facts,
        of: format.arranged(model.description)))
    for file in try original.checkpoint.companionFiles() { try writer.addFile(copying: file) }
    try writer.addFile(ConversionRecord.fileName, try ConversionRecord(identity).encoded())
    for name in companions {
      try checkpoint.tensor(name).withUnsafeBytes { try writer.write(name, $0, atByte: 0) }
    }
    let convert = ConvertJob(
      model: model, rows: rows, options: options, format: format,
      damping: document.settings.damping, memory: memory)
    try convert.run(
      into: writer, continuing: job.map { ConversionProgress($0, writer: writer) },
      place: memory?.place(in: job) ?? .memory, observer: observer)
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
