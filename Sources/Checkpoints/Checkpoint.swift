import Foundation
import Tensors

/// A model folder as Hugging Face stores it, or as exllamav2 writes it: `config.json` and weights
/// in safetensors files. Files are mapped; nothing but headers is read before it is asked for.
package struct Checkpoint: Sendable {
  /// The folder.
  package let directory: URL
  /// What `config.json` says.
  package let configuration: ModelConfiguration
  /// Sorted.
  package let tensorNames: [String]

  private let tensors: [String: TensorView]

  /// Opens a folder. Headers of all its weight files are checked.
  package init(_ directory: URL) throws {
    try Self.checkFolder(directory)
    self.directory = directory
    let configuration = directory.appending(path: "config.json")
    guard configuration.exists else {
      throw CheckpointError.noConfiguration(directory: directory.shownPath)
    }
    self.configuration = try ModelConfiguration(configuration)
    tensors = try WeightFiles(in: directory).tensors()
    tensorNames = tensors.keys.sorted()
  }

  /// Throws unless there is a folder of that name.
  package static func checkFolder(_ directory: URL) throws {
    guard !directory.isFolder else { return }
    let path = directory.shownPath
    guard !directory.exists else { throw CheckpointError.notAFolder(path: path) }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let mayBeOnTheHub = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
    throw mayBeOnTheHub
      ? CheckpointError.hubName(path) : CheckpointError.folderNotFound(path: path)
  }

  /// Whether some weight file has a tensor of this name.
  package func contains(_ name: String) -> Bool { tensors[name] != nil }

  /// The tensor of a name, for whatever the functions below don't offer.
  package func tensor(_ name: String) throws -> TensorView {
    guard let tensor = tensors[name] else {
      throw CheckpointError.tensorNotFound(name: name, place: directory.shownPath)
    }
    return tensor
  }

  /// A tensor's element type and shape.
  package func description(of name: String) throws -> TensorDescription {
    try tensor(name).description
  }

  /// The values of a floating-point tensor that must have this shape.
  package func floats(_ name: String, shape: [Int]) throws -> [Float] {
    try tensor(name, shape: shape).floats()
  }

  /// Some rows of a stored matrix, one run after the other, transposed: (out, in) → (in, out). Of a
  /// tensor of three dimensions the first two count as rows.
  package func transposedMatrix(
    _ name: String, shape: [Int], rows runs: [Range<Int>]
  ) throws -> Matrix {
    let view = try tensor(name, shape: shape).flattened
    if runs.count == 1 { return try view.rows(runs[0]).transposedMatrix() }
    return Matrix.stacked(try runs.map { try view.rows($0).matrix() }).transposed()
  }

  /// Throws `CheckpointError.changed` if somebody has written into a weight file since this folder was
  /// opened.
  package func checkUnchanged() throws {
    var seen: Set<String> = []
    for tensor in tensors.values where seen.insert(tensor.file.path).inserted {
      try tensor.file.checkUnchanged()
    }
  }

  private func tensor(_ name: String, shape: [Int]) throws -> TensorView {
    let tensor = try tensor(name)
    guard tensor.shape == shape else {
      throw CheckpointError.unexpectedShape(tensor: name, expected: shape, found: tensor.shape)
    }
    return tensor
  }
}
