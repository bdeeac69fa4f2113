import Checkpoints
import Foundation
import Tensors

/// The tiny models of `Tests/Fixtures/models`.
package enum FixtureModel {
  /// Every one, sorted.
  package static let names =
    ((try? FileManager.default.contentsOfDirectory(
      atPath: PackageFolder.path("Tests/Fixtures/models").path)) ?? []).sorted()

  package static func url(_ name: String) -> URL {
    PackageFolder.path("Tests/Fixtures/models/\(name)")
  }

  /// Writes a copy in 32-bit floats, in which tensors, and `config.json`, may be changed.
  @discardableResult
  package static func copy(
    _ name: String, to directory: URL, configuration: (String) -> String = { $0 },
    changing: (String, inout [Float]) -> Void = { _, _ in }
  ) throws -> URL {
    let checkpoint = try Checkpoint(url(name))
    let tensors = try checkpoint.tensorNames.map {
      TensorDescription($0, .f32, try checkpoint.description(of: $0).shape)
    }
    let writer = try CheckpointWriter(at: directory, tensors: tensors, baseName: "model")
    for tensor in tensors {
      var values = try checkpoint.floats(tensor.name, shape: tensor.shape)
      changing(tensor.name, &values)
      try writer.write(tensor.name, floats: values)
    }
    let text = try String(contentsOf: url(name).appending(path: "config.json"), encoding: .utf8)
    try writer.addFile("config.json", Data(configuration(text).utf8))
    try writer.finish()
    return directory
  }
}
