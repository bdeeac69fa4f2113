import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Tensors
import TestSupport

/// `config.json` alone, of every family: what it describes, without weights.
@Sendable
func configurationTarget() throws -> FuzzTarget {
  let seeds = try FixtureModel.names.map {
    try Data(contentsOf: FixtureModel.url($0).appending(path: "config.json"))
  }
  // Of all families together: which are there decides little.
  let names = try Set(
    FixtureModel.names.flatMap { try Checkpoint(FixtureModel.url($0)).tensorNames })
  let wrapped = names.filter { $0.contains("language_model.") }
  let plain = names.subtracting(wrapped)
  return FuzzTarget("config", .json, seeds: seeds, places: ["config.json"]) { input in
    let config = try ModelConfiguration(input, file: "config.json")
    let model = try ModelDescription(
      config, tensors: config.contains("text_config") ? wrapped : plain)
    return { _ = model.tensors.reduce(0) { $0 + $1.shape.count } }
  }
}

/// A whole folder, of which `config.json` changes: what it describes, and whether that runs.
@Sendable
func modelTarget(_ name: String) throws -> FuzzTarget {
  let file = try ChangingFile("config.json", in: "folder")
  let original = FixtureModel.url(name)
  try file.linkFiles(of: original)
  let folder = file.url.deletingLastPathComponent()
  return FuzzTarget(
    "model-\(name)", .json,
    seeds: [try Data(contentsOf: original.appending(path: "config.json"))],
    places: ["config.json", "folder"], thinning: 40
  ) { input in
    _ = try file.write(input)
    let opened = try OpenedModel(Checkpoint(folder))
    return {
      _ = try ModelInspection(opened, folder: "folder")
      try run(opened.model)
    }
  }
}

/// Runs a few tokens through a model.
private func run(_ model: Model) throws {
  let tokens = (0..<5).map { Int32($0 * 3 % max(model.description.vocabularySize, 1)) }
  var states = try model.embeddings(of: tokens)
  for block in model.description.blocks {
    states = try LoadedBlock(block, from: model.weights, length: tokens.count).run(states)
  }
  let head = try LoadedHead(of: model)
  let logits = head.logits(reading: head.normalized(states))
  guard logits.columns == model.description.vocabularySize else {
    throw Unexpected("\(logits.columns) logits")
  }
}

/// The weight file of an EXL2 folder.
@Sendable
func exl2Target() throws -> FuzzTarget {
  let file = try ChangingFile("output.safetensors", in: "quantized")
  let original = try TinyFiles.made.get().folder["exl2"]
  try file.linkFiles(of: original)
  let folder = file.url.deletingLastPathComponent()
  return FuzzTarget(
    "exl2", .safetensors,
    seeds: [try Data(contentsOf: original.appending(path: "output.safetensors"))],
    places: ["output.safetensors", "quantized", "'model.", "'lm_head"], thinning: 4
  ) { input in
    _ = try file.write(input)
    let opened = try OpenedModel(Checkpoint(folder))
    return {
      _ = try ModelInspection(opened, folder: "quantized")
      for linear in opened.model.description.linears {
        let weights = try opened.model.weights.weights(of: linear)
        guard weights.isFinite else { throw Unexpected("\(linear.name) isn't finite") }
      }
      try run(opened.model)
    }
  }
}

/// The `config.json` of an EXL2 folder.
@Sendable
func exl2ConfigurationTarget() throws -> FuzzTarget {
  let file = try ChangingFile("config.json", in: "quantized")
  let original = try TinyFiles.made.get().folder["exl2"]
  try file.linkFiles(of: original)
  let folder = file.url.deletingLastPathComponent()
  return FuzzTarget(
    "exl2-config", .json,
    seeds: [try Data(contentsOf: original.appending(path: "config.json"))],
    places: ["config.json", "quantized", "'model.", "'lm_head"], thinning: 4
  ) { input in
    _ = try file.write(input)
    let opened = try OpenedModel(Checkpoint(folder))
    return {
      _ = try ModelInspection(opened, folder: "quantized")
      try run(opened.model)
    }
  }
}
