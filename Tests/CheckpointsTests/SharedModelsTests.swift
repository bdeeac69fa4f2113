import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite(
  "A model of the shared folder",
  .enabled(if: SharedFolder.exists, Comment(rawValue: SharedFolder.absence)))
struct SharedModelsTests {
  private static let models: [URL] = {
    guard let shared = SharedFolder.url else { return [] }
    let oracles = shared.appending(path: "oracles")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: oracles.path)) ?? []
    return [shared.appending(path: "models/demo"), shared.appending(path: "models/stories260K")]
      + names.sorted().map { oracles.appending(path: $0) }
  }()

  @Test("has the tensors of its list, all finite", arguments: models)
  func hasTheTensorsOfItsList(model: URL) throws {
    let checkpoint = try Checkpoint(model)
    if let list = try? String(contentsOf: model.appending(path: "tensors.txt"), encoding: .utf8) {
      #expect(checkpoint.tensorNames == list.split(separator: "\n").map(String.init))
    }
    #expect(try !checkpoint.configuration.architectures.isEmpty)
    let vocabulary = try checkpoint.configuration.int("vocab_size")
    #expect(try checkpoint.description(of: "model.embed_tokens.weight").shape[0] == vocabulary)
    for name in checkpoint.tensorNames {
      let tensor = try checkpoint.tensor(name)
      #expect(try tensor.floats().count == tensor.description.elementCount)
    }
    #expect(try checkpoint.fingerprint() == Checkpoint(model).fingerprint())
  }

  @Test("has reference logits", arguments: models)
  func hasReferenceLogits(model: URL) throws {
    let reference = try SafetensorsFile(model.appending(path: "reference.safetensors"))
    #expect(try reference.tensor("logits").floats().allSatisfy { $0.isFinite })
    #expect(try reference.integers(of: "input_ids").allSatisfy { $0 >= 0 })
  }
}
