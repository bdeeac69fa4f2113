import Checkpoints

/// A model family: it reads `config.json` and says what the model is made of.
package protocol Architecture: Sendable {
  /// The class names of `architectures` in `config.json` that it understands.
  var names: [String] { get }

  /// The value of `model_type` in `config.json`, for files without `architectures`.
  var modelType: String { get }

  /// What the model consists of. `storedTensors` are the names in the checkpoint, which sometimes
  /// say what the configuration doesn't (a head of its own).
  ///
  /// Throws `CheckpointError` for missing or unexpected keys, `ModelError` for settings this
  /// family doesn't have here.
  func describe(_ config: ModelConfiguration, storedTensors: Set<String>) throws
    -> ModelDescription
}

/// Every family the tool knows. A new one is one file in `Architectures` and one line here.
package let allArchitectures: [any Architecture] = [
  Llama(),
  Mistral(),
  Qwen2(),
]
