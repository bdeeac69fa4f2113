import Foundation

/// The weight files of a model folder, and which tensors to take from them.
///
/// Looked for in this order: `model.safetensors`; the shards that the index names; every
/// safetensors file there is, as exllamav2 does it. An index of whose files none exists is a
/// leftover: exllamav2 copies that of the original model and writes files of its own.
struct WeightFiles {
  static let indexName = "model.safetensors.index.json"

  private let directory: URL
  private let files: [String]  // in the order of names
  private let index: ShardIndex?

  init(in directory: URL) throws {
    self.directory = directory
    if directory.appending(path: "model.safetensors").exists {
      (files, index) = (["model.safetensors"], nil)
      return
    }
    let found = try Self.fileNames(in: directory)
    let present = found.filter { $0.hasSuffix(".safetensors") }
    if let index = try ShardIndex(directory.appending(path: Self.indexName)),
      present.isEmpty || !index.files.isDisjoint(with: present)
    {
      (files, self.index) = (index.files.sorted(), index)
    } else {
      (files, index) = (present, nil)
    }
    try checkPresence(found)
  }

  /// The tensors of all files, by name.
  func tensors() throws -> [String: TensorView] {
    var tensors: [String: TensorView] = [:]
    var fileOfTensor: [String: String] = [:]
    for file in files {
      for tensor in try SafetensorsFile(directory.appending(path: file)).tensors {
        // A shard may hold tensors that the index does not list; they are not part of the model.
        if let index, index.shards[tensor.name] != file { continue }
        if let first = fileOfTensor.updateValue(file, forKey: tensor.name) {
          throw CheckpointError.tensorInTwoFiles(tensor: tensor.name, first: first, second: file)
        }
        tensors[tensor.name] = tensor
      }
    }
    if let index {
      let missing = index.shards.keys.filter { tensors[$0] == nil }.min()
      if let missing {
        throw CheckpointError.tensorNotInShard(tensor: missing, shard: index.shards[missing]!)
      }
    }
    return tensors
  }

  private func checkPresence(_ found: [String]) throws {
    let path = directory.shownPath
    guard !files.isEmpty else {
      let pickled = found.first { $0.hasSuffix(".bin") || $0.hasSuffix(".pth") }
      throw pickled.map { .onlyPickledWeights(file: $0, directory: path) }
        ?? CheckpointError.noWeights(directory: path)
    }
    // Without an index, only the names tell how many files there should be.
    let expected = index == nil ? files.flatMap(shardNames) : files
    if let missing = Set(expected).subtracting(found).min() {
      throw CheckpointError.shardNotFound(file: missing, directory: path)
    }
  }

  private static func fileNames(in directory: URL) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: directory.path)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw CheckpointError.unreadable(
        path: directory.shownPath, reason: "the folder cannot be listed")
    }
  }
}
