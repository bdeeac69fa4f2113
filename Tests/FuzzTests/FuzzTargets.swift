import Foundation
import TestSupport

/// Every reader of bytes that come from outside. A new reader is one line here.
enum FuzzTargets {
  static let makers: [(name: String, make: @Sendable () throws -> FuzzTarget)] =
    [
      ("json", jsonTarget),
      ("safetensors", safetensorsTarget),
      ("index", indexTarget),
      ("config", configurationTarget),
      ("tokenizer", tokenizerTarget),
      ("tokenizer-config", tokenizerConfigurationTarget),
      ("measurement", measurementTarget),
      ("allocation", allocationTarget),
      ("sensitivities", sensitivitiesTarget),
      ("exllama", exLlamaTarget),
      ("menu", menuTarget),
      ("layout", layoutTarget),
      ("exl2", exl2Target),
      ("exl2-config", exl2ConfigurationTarget),
      ("text", textTarget),
      ("token-ids", tokenIDsTarget),
    ]
    + FixtureModel.names.map { name in ("model-\(name)", { try modelTarget(name) }) }
}
