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
      var description = format.arranged(try ModelDescription(checkpoint))
      // What was worth a remark about the original is as the format has it.
      description.remarks = []
      model = Model(
        description: description, weights: try format.weights(of: checkpoint, description))
    } else {
      try Self.checkUnquantized(checkpoint)
      model = try Model(checkpoint)
    }
  }

  /// Throws `ModelError` if the configuration tells of a quantization, in any of the places where
  /// tools write it.
  private static func checkUnquantized(_ checkpoint: Checkpoint) throws {
    let directory = checkpoint.directory.relativePath
    let config = checkpoint.configuration
    for place in [config, try config.object("text_config")].compactMap(\.self) {
      for key in ["quantization_config", "compression_config", "quantization"] {
        guard let settings = try place.object(key) else { continue }
        let method = try settings.string("quant_method", default: "of an unknown kind")
        throw allOutputFormats.contains { $0.name == method }
          ? ModelError.notQuantized(method: method, directory: directory)
          : ModelError.alreadyQuantized(method: method, directory: directory)
      }
    }
  }

  /// Tensors that a converted model has as they are: towers for images and the like.
  package var companions: [TensorDescription] {
    get throws { try model.description.companions.map { try checkpoint.description(of: $0) } }
  }

  /// The model, if it is an original. Throws `ModelError.alreadyQuantized` otherwise.
  package func original() throws -> Model {
    guard let format else { return model }
    throw ModelError.alreadyQuantized(
      method: format.name, directory: checkpoint.directory.relativePath)
  }
}
