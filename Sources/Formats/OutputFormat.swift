import Checkpoints
import Foundation
import Models
import Quantization

/// A file format that runtimes load quantized models from: a translation between our matrices and
/// somebody else's bytes, in both directions.
package protocol OutputFormat: Sendable {
  /// The name on the command line and in `quantization_config`.
  var name: String { get }

  /// Throws `FormatError.runtime` if the format's runtimes don't know a model of this kind.
  func checkRuntime(_ model: ModelDescription) throws

  /// Throws `FormatError` if the format can't hold layers of these shapes.
  func checkShapes(_ model: ModelDescription) throws

  /// The model with the layers that the format stores: fused projections as they are, or apart. This
  /// is what is measured, allocated and converted; what the other functions are given, too.
  func arranged(_ model: ModelDescription) -> ModelDescription

  /// Every tensor that a converted model consists of, given the option of every layer by name.
  func tensors(
    of model: ModelDescription, options: [String: QParams]
  ) throws -> [TensorDescription]

  /// A quantized layer as the tensors that the format stores.
  func encode(_ matrix: QuantizedMatrix, of layer: Linear) throws -> [StoredTensor]

  /// Writes the tensors of a model that aren't quantized, in the format's number format.
  func writeUnquantized(of model: Model, to sink: any TensorSink) throws

  /// What a runtime computes with where a model isn't quantized: the weights of `source` after
  /// they have been through the format's number format.
  func runtimeWeights(_ source: any WeightSource) -> any WeightSource

  /// `config.json` of the converted model, which is arranged.
  func configuration(
    _ original: Data, file: String, _ facts: ConversionFacts, of model: ModelDescription
  ) throws -> Data

  /// Files that runtimes want beside the weights and `config.json`, apart from a tokenizer's.
  func companionFiles(of model: ModelDescription) -> [String]

  /// What runtimes compute otherwise than the model was made to, in sentences.
  func remarks(on model: ModelDescription) -> [String]

  /// Whether a checkpoint is in this format.
  func recognizes(_ checkpoint: Checkpoint) -> Bool

  /// What the linear layers of a checkpoint in this format take, in bits.
  func storedBits(of checkpoint: Checkpoint, _ model: ModelDescription) throws -> Int

  /// The weights of a checkpoint in this format, decoded as a runtime would.
  func weights(of checkpoint: Checkpoint, _ model: ModelDescription) throws -> any WeightSource
}

/// Every output format the tool knows. A new one is one file in this folder and one line here.
package let allOutputFormats: [any OutputFormat] = [
  EXL2Format()
]

extension OutputFormat {
  /// Throws `FormatError` if a model can't be converted.
  package func check(_ model: ModelDescription) throws {
    do {
      try checkRuntime(model)
    } catch FormatError.runtime(let runtime, let format, let architecture, let reason) {
      let others = allOutputFormats.filter { (try? $0.checkRuntime(model)) != nil }
      throw FormatError.notConvertible(
        runtime: runtime, format: format, architecture: architecture, reason: reason,
        others: others.map(\.name))
    }
    try checkShapes(model)
  }
}

/// A tensor's description and content.
package struct StoredTensor: Sendable, Equatable {
  /// Name, element type and shape.
  package let description: TensorDescription
  /// The content as it stands in the file, row by row.
  package let bytes: Data

  package init(_ description: TensorDescription, _ bytes: Data) {
    self.description = description
    self.bytes = bytes
  }

  /// A tensor of these elements, which are little-endian on disk as in memory.
  package init(
    _ name: String, _ dtype: TensorType, _ shape: [Int], _ elements: [some BitwiseCopyable]
  ) {
    self.init(TensorDescription(name, dtype, shape), elements.withUnsafeBytes { Data($0) })
  }
}

/// What a converted model says about how it was made.
package struct ConversionFacts: Sendable, Equatable {
  /// What was asked for, as ExLlamaV2's converter says it.
  package var bitsPerWeight: Double
  /// Bits per weight of the head, scales included.
  package var headBits: Double
  /// Calibration rows.
  package var rows: Int
  /// Tokens per row.
  package var tokens: Int
  /// The sources of the calibration rows, with commas between.
  package var dataset: String

  package init(
    bitsPerWeight: Double, headBits: Double, rows: Int, tokens: Int, dataset: String
  ) {
    self.bitsPerWeight = bitsPerWeight
    self.headBits = headBits
    self.rows = rows
    self.tokens = tokens
    self.dataset = dataset
  }
}
