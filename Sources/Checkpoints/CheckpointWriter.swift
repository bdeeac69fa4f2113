import Foundation
import Synchronization

/// Writes a new model folder, which appears under its name when it is finished. Of what is not
/// finished nothing stays. The same tensors and files give the same bytes, whatever the order they
/// arrive in.
package final class CheckpointWriter: TensorSink {
  /// Limits the files of large models to what file systems and downloads handle well.
  package static let defaultShardBytes = 8 << 30

  private let output: PartialOutput
  private let overwrites: Bool
  private let shards: [(name: String, file: TensorFile)]
  private let shardOfTensor: [String: Int]
  private let fileNames: Mutex<Set<String>>  // taken in this folder

  /// Announces all tensors. They are spread over files in the order given, each file taking what
  /// fits into `shardBytes`, at least one.
  ///
  /// `overwrite` allows a model folder to stand at `directory`; it is replaced in the end. A folder
  /// that does not look like one of a model is never replaced.
  ///
  /// `workplace` is where the folder grows, on the same disk as `directory`. There it stays if
  /// this process ends before it is finished, and another writer with the same arguments goes on
  /// with it. Without one, nothing stays.
  package init(
    at directory: URL, tensors: [TensorDescription], shardBytes: Int = defaultShardBytes,
    baseName: String = "model", metadata: [String: String] = ["format": "pt"],
    overwrite: Bool = false, workplace: URL? = nil
  ) throws {
    try Self.checkDestination(directory, overwrite: overwrite)
    let layouts = try distributed(tensors, shardBytes: shardBytes)
      .map { try SafetensorsLayout($0, metadata: metadata) }
    let isBegun = workplace?.isFolder ?? false
    if !isBegun { try checkSpace(for: layouts.reduce(0) { $0 + $1.byteCount }, at: directory) }
    shardOfTensor = try shardNumbers(layouts)

    output =
      workplace.map { PartialOutput(for: directory, at: $0) } ?? PartialOutput(for: directory)
    try output.createFolder()
    let folder = output.url
    shards = try layouts.enumerated().map { index, layout in
      let name =
        layouts.count == 1
        ? "\(baseName).safetensors"
        : ShardName(base: baseName, number: index + 1, count: layouts.count).text
      let path = directory.appending(path: name).shownPath
      return (
        name,
        try TensorFile(
          layout, at: folder.appending(path: name), shownAs: path, reusing: isBegun)
      )
    }
    overwrites = overwrite
    fileNames = Mutex(Set(shards.map(\.name) + [WeightFiles.indexName]))
  }

  /// What the headers of a folder's weight files take.
  package static func headerBytes(
    of tensors: [TensorDescription], shardBytes: Int = defaultShardBytes,
    metadata: [String: String] = ["format": "pt"]
  ) throws -> Int {
    try distributed(tensors, shardBytes: shardBytes)
      .reduce(0) { try $0 + SafetensorsLayout($1, metadata: metadata).header.count }
  }

  package func description(of name: String) throws -> TensorDescription {
    try file(of: name).description(of: name)
  }

  /// Throws `CheckpointError` for a tensor that wasn't announced, bytes beyond its end, and bytes
  /// that were written before.
  package func write(_ name: String, _ bytes: UnsafeRawBufferPointer, atByte offset: Int) throws {
    try file(of: name).write(name, bytes, atByte: offset)
  }

  /// Whether a tensor's content, written by an earlier run, has this SHA-256, in hexadecimal. If so,
  /// it counts as written.
  package func reclaim(_ name: String, digest: String) throws -> Bool {
    try file(of: name).reclaim(name, digest: digest)
  }

  /// Lets a tensor be written again.
  package func forget(_ name: String) throws { try file(of: name).forget(name) }

  /// Waits until all that was written is on the disk.
  package func synchronize() throws {
    for shard in shards { try shard.file.synchronize() }
  }

  /// Adds a file beside the weights, such as `config.json`.
  package func addFile(_ name: String, _ content: Data) throws {
    try content.withUnsafeBytes { try addFile(name, $0) }
  }

  /// Adds a copy of a file, under its own name if no other is given.
  package func addFile(copying url: URL, as name: String? = nil) throws {
    try MappedFile(url).withUnsafeBytes { try addFile(name ?? url.lastPathComponent, $0) }
  }

  /// Checks that every tensor is complete, writes the index if there are several weight files,
  /// waits for the disk, and puts the folder into place.
  package func finish() throws {
    for shard in shards { try shard.file.finish() }
    if shards.count > 1 {
      // Under this name whatever the shards are called, because readers look for no other.
      try Data(indexJSON.utf8).withUnsafeBytes { try writeFile(WeightFiles.indexName, $0) }
    }
    // Hours may have passed.
    try Self.checkDestination(output.destination, overwrite: overwrites)
    try output.commitFolder()
  }

  /// Throws when something stands at `directory` that may not be replaced. Whatever the user asked
  /// for, only what looks like a model's folder is: a slip on the command line must not cost a home.
  package static func checkDestination(_ directory: URL, overwrite: Bool) throws {
    guard directory.exists else { return }
    let path = directory.shownPath
    guard overwrite else { throw CheckpointError.outputExists(path: path) }
    let isEmpty = (try? FileManager.default.contentsOfDirectory(atPath: directory.path))?.isEmpty
    guard directory.isFolder,
      isEmpty == true || directory.appending(path: "config.json").exists
    else { throw CheckpointError.notReplaceable(path: path) }
  }

  private var indexJSON: String {
    shardIndexJSON(
      fileOfTensor: shardOfTensor.mapValues { shards[$0].name },
      contentBytes: shards.reduce(0) { $0 + $1.file.layout.contentBytes })
  }

  private func file(of tensor: String) throws -> TensorFile {
    guard let shard = shardOfTensor[tensor] else {
      throw CheckpointError.tensorNotFound(name: tensor, place: output.destination.shownPath)
    }
    return shards[shard].file
  }

  private func addFile(_ name: String, _ bytes: UnsafeRawBufferPointer) throws {
    guard isPlainFileName(name) else { throw CheckpointError.invalidFileName(name) }
    guard fileNames.withLock({ $0.insert(name).inserted }) else {
      throw CheckpointError.fileAddedTwice(name)
    }
    try writeFile(name, bytes)
  }

  private func writeFile(_ name: String, _ bytes: UnsafeRawBufferPointer) throws {
    let path = output.destination.appending(path: name).shownPath
    let file = try OutputFile(creating: output.url.appending(path: name), shownAs: path)
    try file.write(bytes, at: 0)
    try file.synchronize()
  }
}

/// The shard of every tensor; a name in two shards is an error.
private func shardNumbers(_ layouts: [SafetensorsLayout]) throws -> [String: Int] {
  var numbers: [String: Int] = [:]
  for (number, layout) in layouts.enumerated() {
    for name in layout.names where numbers.updateValue(number, forKey: name) != nil {
      throw CheckpointError.duplicateTensor(name)
    }
  }
  return numbers
}
