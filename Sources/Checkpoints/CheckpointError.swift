import Foundation

/// Why a model folder or one of its files cannot be read or written.
package enum CheckpointError: LocalizedError, Equatable {
  // Finding files.
  case folderNotFound(path: String)
  /// What was typed looks like the name of a model on the Hugging Face hub.
  case hubName(String)
  case notAFolder(path: String)
  case fileNotFound(path: String)
  case noConfiguration(directory: String)
  case isAFolder(path: String)
  case unreadable(path: String, reason: String)
  /// Somebody wrote into a file that was being read.
  case changed(path: String)
  case noWeights(directory: String)
  /// Weights in Python's own format, which is a program and isn't run.
  case onlyPickledWeights(file: String, directory: String)
  case shardNotFound(file: String, directory: String)
  // What files say.
  case invalidJSON(file: String, problem: String)
  case invalidSafetensors(file: String, SafetensorsProblem)
  /// The file that says which shard has which tensor.
  case invalidIndex(file: String, problem: String)
  case tensorNotInShard(tensor: String, shard: String)
  case tensorInTwoFiles(tensor: String, first: String, second: String)
  /// `key` is the path inside the file, such as "rope_scaling.factor".
  case missingSetting(file: String, key: String, expected: String)
  case unexpectedSetting(file: String, key: String, expected: String, found: String)
  // Reading tensors.
  case tensorNotFound(name: String, place: String)
  case unexpectedShape(tensor: String, expected: [Int], found: [Int])
  case unexpectedType(tensor: String, expected: String, found: TensorType)
  case notFinite(tensor: String, index: Int, value: String, file: String)
  case notRepresentable(tensor: String, index: Int, value: String, as: String)
  // Writing.
  case outputExists(path: String)
  /// What stands there doesn't look like a model folder.
  case notReplaceable(path: String)
  case cannotWrite(path: String, reason: String)
  /// In bytes.
  case notEnoughSpace(path: String, needed: Int, available: Int)
  case invalidFileName(String)
  case fileAddedTwice(String)
  case duplicateTensor(String)
  case wrongByteCount(tensor: String, expected: Int, found: Int)
  case writtenTwice(tensor: String)
  /// Tensors that were announced and have bytes missing.
  case incomplete(tensors: [String], path: String)

  package var errorDescription: String? { message }
}
