import ByteJSON
import Foundation

/// `model.safetensors.index.json`: which file holds which tensor. (Its `total_size` is often wrong
/// and never needed.)
struct ShardIndex {
  let shards: [String: String]  // tensor → plain file name

  var files: Set<String> { Set(shards.values) }

  /// Reads an index, nil when there is none.
  init?(_ url: URL) throws {
    guard url.exists else { return nil }
    let path = url.shownPath
    let value: JSONValue
    do {
      value = try MappedFile(url).withUnsafeBytes { try JSONValue.parse($0) }
    } catch let error as JSONError {
      throw CheckpointError.invalidJSON(file: path, problem: error.localizedDescription)
    }
    guard let map = value["weight_map"]?.object else {
      throw CheckpointError.invalidIndex(file: path, problem: "it has no object 'weight_map'")
    }
    var shards: [String: String] = [:]
    for member in map.members {
      // A path could lead out of the folder.
      guard let file = member.value.text, isPlainFileName(file) else {
        throw CheckpointError.invalidIndex(
          file: path, problem: "'\(member.key.text)' is not mapped to the name of a file")
      }
      shards[member.key.text] = file
    }
    self.shards = shards
  }
}
