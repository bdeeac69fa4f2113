import Foundation

/// One safetensors file, open for reading. Only its header has been read; contents are when asked.
package struct SafetensorsFile: Sendable {
  /// The header's free-form part, such as `["format": "pt"]`.
  package let metadata: [String: String]
  /// In the order of their contents.
  package let tensors: [TensorView]

  private let path: String
  private let positions: [String: Int]

  /// Opens a file and checks its header completely.
  package init(_ url: URL) throws {
    let file = try MappedFile(url)
    do {
      let header = try file.withUnsafeBytes { try SafetensorsHeader($0) }
      metadata = header.metadata
      tensors = header.entries.map { TensorView($0.description, in: file, range: $0.range) }
    } catch let problem as SafetensorsProblem {
      throw CheckpointError.invalidSafetensors(file: file.path, problem)
    }
    path = file.path
    positions = Dictionary(uniqueKeysWithValues: zip(tensors.map(\.name), tensors.indices))
  }

  /// Whether the header has a tensor of this name.
  package func contains(_ name: String) -> Bool { positions[name] != nil }

  /// The tensor of a name.
  package func tensor(_ name: String) throws -> TensorView {
    guard let position = positions[name] else {
      throw CheckpointError.tensorNotFound(name: name, place: path)
    }
    return tensors[position]
  }

  /// The values of a floating-point tensor.
  package func floats(of name: String) throws -> [Float] { try tensor(name).floats() }

  /// The values of an integer tensor.
  package func integers(of name: String) throws -> [Int] { try tensor(name).integers() }
}
