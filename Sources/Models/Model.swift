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
    let config = checkpoint.configuration
    let all = Set(checkpoint.tensorNames)
    if let text = try config.object("text_config") {
      let names = TensorNames(all, isWrapped: true)
      // Without a type it is a Llama, as in the first Llava.
      let family = try Self.architecture(
        names: [], type: text.modelType ?? "llama", file: config.file)
      self = try family.describe(text, tensors: names)
      architecture = try config.architectures.first ?? architecture
      companions = names.others
    } else {
      let architecture = try Self.architecture(
        names: config.architectures, type: config.modelType, file: config.file)
      let names = TensorNames(all)
      self = try architecture.describe(config, tensors: names)
      if try config.object("vision_config") != nil { companions = names.others }
    }
    visionType = try config.object("vision_config")?.modelType
    if !companions.isEmpty {
      remarks.append(
        "\(companions.count) tensors beside the language model are copied as they are, "
          + "such as '\(companions[0])'")
    }
  }

  private static func architecture(
    names: [String], type: String?, file: String
  ) throws -> any Architecture {
    if let found = allArchitectures.first(where: { !Set($0.names).isDisjoint(with: names) }) {
      return found
    }
    if names.isEmpty, let type,
      let found = allArchitectures.first(where: { $0.modelTypes.contains(type) })
    {
      return found
    }
    throw ModelError.unknownArchitecture(
      names.first ?? type ?? "", closest: closestName(to: names.first ?? type ?? ""), file: file)
  }

  /// The known name that takes the fewest edits to become this one.
  private static func closestName(to name: String) -> String {
    /// "FooForCausalLM" is about Foo.
    func family(_ name: String) -> String {
      name.range(of: "For").map { String(name[..<$0.lowerBound]) } ?? name
    }
    let isClass = name.contains("For")
    let known = allArchitectures.flatMap { isClass ? $0.names : $0.modelTypes }
    let distances = known.map {
      Double(family(name).editDistance(to: family($0)))
        / Double(max(family(name).count, family($0).count, 1))
    }
    return zip(known, distances).min { $0.1 < $1.1 }?.0 ?? ""
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

extension String {
  /// How many letters have to be inserted, left out or exchanged to get the other string.
  /// (Levenshtein, 1965.)
  fileprivate func editDistance(to other: String) -> Int {
    let letters = Array(other.lowercased())
    var row = Array(0...letters.count)
    for (i, letter) in lowercased().enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, otherLetter) in letters.enumerated() {
        let above = row[j + 1]
        row[j + 1] = Swift.min(above + 1, row[j] + 1, diagonal + (letter == otherLetter ? 0 : 1))
        diagonal = above
      }
    }
    return row[letters.count]
  }
}
