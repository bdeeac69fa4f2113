import Checkpoints
import Foundation
import Tensors

/// A description and the weights that go with it.
package struct Model: Sendable {
  /// What the model is made of.
  package let description: ModelDescription
  /// Where the weights are read when they are needed.
  package let weights: any WeightSource

  /// A model from parts that are not checked against each other.
  package init(description: ModelDescription, weights: any WeightSource) {
    self.description = description
    self.weights = weights
  }

  /// Reads what a folder holds, and checks every tensor's presence and shape before any work.
  ///
  /// Throws `CheckpointError` and `ModelError`.
  package init(_ checkpoint: Checkpoint) throws {
    description = try ModelDescription(checkpoint)
    weights = CheckpointWeights(checkpoint)
    try description.check(checkpoint)
  }

  /// The token embeddings of one sequence, (tokens, hidden).
  package func embeddings(of tokens: [Int32]) throws -> Matrix {
    if let wrong = tokens.first(where: { $0 < 0 || $0 >= description.vocabularySize }) {
      throw ModelError.tokenOutOfRange(token: Int(wrong), vocabulary: description.vocabularySize)
    }
    return try weights.embeddings(
      of: tokens, in: description.embeddingTensor, width: description.hiddenSize)
  }
}

extension ModelDescription {
  /// What the configuration of a checkpoint describes.
  package init(_ checkpoint: Checkpoint) throws {
    let config = checkpoint.configuration
    let architecture = try Self.architecture(of: config)
    self = try architecture.describe(config, storedTensors: Set(checkpoint.tensorNames))
  }

  private static func architecture(of config: ModelConfiguration) throws -> any Architecture {
    let names = try config.architectures
    let type = try config.modelType ?? ""
    if let found = allArchitectures.first(where: { !Set($0.names).isDisjoint(with: names) }) {
      return found
    }
    if names.isEmpty, let found = allArchitectures.first(where: { $0.modelType == type }) {
      return found
    }
    throw ModelError.unknownArchitecture(
      names.first ?? type, known: allArchitectures.flatMap(\.names), file: config.file)
  }

  /// Compares the checkpoint's tensors with the description.
  package func check(_ checkpoint: Checkpoint) throws {
    for (name, shape) in tensors { try checkpoint.check(name, shape: shape) }
  }
}

extension Checkpoint {
  /// Throws `ModelError` unless there is a tensor of this name and shape.
  package func check(_ name: String, shape: [Int]) throws {
    guard contains(name) else {
      throw ModelError.missingTensor(name, directory: directory.relativePath)
    }
    let found = try description(of: name).shape
    guard found == shape else {
      throw ModelError.unexpectedShape(tensor: name, expected: shape, found: found)
    }
  }
}
