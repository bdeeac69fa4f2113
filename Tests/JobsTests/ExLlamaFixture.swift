import Checkpoints
import Foundation
import Jobs
import Models
import TestSupport

/// The files of `Tests/Fixtures/exllama`, and the models they are of.
enum ExLlamaFixture {
  /// Those that ExLlamaV2 might have written.
  static let theirs = ["llama", "mixtral", "cohere", "starcoder2", "gemma3"]

  static func data(_ name: String) throws -> Data {
    try Data(contentsOf: url(name))
  }

  static func url(_ name: String) -> URL {
    PackageFolder.path("Tests/Fixtures/exllama/\(name).json")
  }

  static func measurement(_ name: String) throws -> ExLlamaMeasurement {
    try ExLlamaMeasurement(contentsOf: url(name))
  }

  static func model(_ name: String) throws -> ModelDescription {
    switch name {
    case "llama": try tiny { _ in }
    case "measured": try tiny { $0.blocks = 1 }
    case "mixtral": try tiny { $0.experts = 3 }
    case "gemma3": try ModelDescription(Checkpoint(FixtureModel.url("gemma3-modern")))
    default: try ModelDescription(Checkpoint(FixtureModel.url(name)))
    }
  }

  static func modules(_ name: String) throws -> ExLlamaModules {
    try ExLlamaModules(model(name))
  }

  private static func tiny(_ change: (inout TinyModel) -> Void) throws -> ModelDescription {
    var tiny = TinyModel()
    change(&tiny)
    let folder = try TemporaryFolder()
    return try ModelDescription(Checkpoint(tiny.write(to: folder["model"])))
  }
}
