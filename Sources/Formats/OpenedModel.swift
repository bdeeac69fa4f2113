import Checkpoints
import Foundation
import Models

/// A model folder of any kind we can run: original, or quantized in one of our output formats.
package struct OpenedModel: Sendable {
  /// The folder.
  package let checkpoint: Checkpoint
  /// What runs, with the weights decoded where they are quantized.
  package let model: Model
  /// The format it is quantized in; nil for an original.
  package let format: (any OutputFormat)?

  /// Throws `CheckpointError`, `ModelError` and `FormatError`.
  package init(_ checkpoint: Checkpoint) throws {
    self.checkpoint = checkpoint
    format = allOutputFormats.first { $0.recognizes(checkpoint) }
    if let format {
      let description = format.arranged(try ModelDescription(checkpoint))
      model = Model(
        description: description, weights: try format.weights(of: checkpoint, description))
    } else if let quantization = try checkpoint.configuration.object("quantization_config") {
      throw ModelError.alreadyQuantized(
        method: try quantization.string("quant_method", default: "unknown method"),
        directory: checkpoint.directory.relativePath)
    } else {
      model = try Model(checkpoint)
    }
  }

  /// The model, if it is an original. Throws `ModelError.alreadyQuantized` otherwise.
  package func original() throws -> Model {
    guard let format else { return model }
    throw ModelError.alreadyQuantized(
      method: format.name, directory: checkpoint.directory.relativePath)
  }
}
