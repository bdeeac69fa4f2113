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
    var description = try ModelDescription(checkpoint)
    try description.check(checkpoint)
    try description.checkUnused(checkpoint)
    self.description = description
    weights = CheckpointWeights(checkpoint)
  }

  /// Lets the system read what comes after a block, the next or the head, in the background.
  package func prefetch(afterBlock index: Int) {
    let blocks = description.blocks
    weights.prefetch(
      index + 1 < blocks.count ? blocks[index + 1].linears : [description.head])
  }

  /// The token embeddings of one sequence as they enter the first block, (tokens, hidden).
  package func embeddings(of tokens: [Int32]) throws -> Matrix {
    if let wrong = tokens.first(where: { $0 < 0 || $0 >= description.vocabularySize }) {
      throw ModelError.tokenOutOfRange(token: Int(wrong), vocabulary: description.vocabularySize)
    }
    var states = try weights.embeddings(
      of: tokens, in: description.embeddingTensor, width: description.hiddenSize)
    if description.embeddingScale != 1 { states *= description.embeddingScale }
    return states
  }
}

extension ModelDescription {
  /// What the configuration of a checkpoint describes. Of a model with a language model inside, the
  /// language model.
  package init(_ checkpoint: Checkpoint) throws {
    try self.init(checkpoint.configuration, tensors: Set(checkpoint.tensorNames))
  }

  /// What a configuration describes, given the names of the checkpoint's tensors.
  package init(_ config: ModelConfiguration, tensors all: Set<String>) throws {
    if let text = try config.object("text_config") {
      let names = TensorNames(all, isWrapped: true)
      self = try Self.family(of: text, inside: config).describe(text, tensors: names)
      architecture = try config.architectures.first ?? architecture
      companions = names.others
    } else {
      let names = TensorNames(all)
      let family = try Self.family(
        names: config.architectures, type: config.modelType, file: config.file)
      self = try family.describe(config, tensors: names)
      remarks += Self.remarkOnType(
        family, type: try config.modelType, names: try config.architectures)
      if try config.object("vision_config") != nil { companions = names.others }
    }
    visionType = try config.object("vision_config")?.modelType
  }

  /// Compares the checkpoint's tensors with the description.
  package func check(_ checkpoint: Checkpoint) throws {
    for (name, shape) in tensors { try checkpoint.check(name, shape: shape) }
  }
}

extension Checkpoint {
  /// Throws `ModelError` unless there is a tensor of this name and shape, `CheckpointError` unless it
  /// is of a type that weights can have here.
  package func check(_ name: String, shape: [Int]) throws {
    guard contains(name) else {
      throw ModelError.missingTensor(name, directory: directory.relativePath)
    }
    let found = try description(of: name).shape
    guard found == shape else {
      throw ModelError.unexpectedShape(tensor: name, expected: shape, found: found)
    }
    let type = try description(of: name).dtype
    guard [.f32, .f16, .bf16, .f64].contains(type) else {
      throw CheckpointError.unexpectedType(
        tensor: name, expected: "F32, F16, BF16 or F64", found: type)
    }
  }
}
