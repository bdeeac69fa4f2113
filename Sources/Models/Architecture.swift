import Checkpoints

/// A model family: it reads `config.json` and says what the model is made of.
package protocol Architecture: Sendable {
  /// The class names of `architectures` in `config.json` that it understands.
  var names: [String] { get }

  /// The values of `model_type` in `config.json`, for files without `architectures` and for the
  /// language models inside others. The first is the family's own.
  var modelTypes: [String] { get }

  /// What the model consists of. `names` are those of the checkpoint's tensors, which sometimes say
  /// what the configuration doesn't (a head of its own).
  ///
  /// Throws `CheckpointError` for missing or unexpected keys, `ModelError` for settings this
  /// family doesn't have here.
  func describe(_ config: ModelConfiguration, tensors names: TensorNames) throws
    -> ModelDescription
}

/// Every family the tool knows. A new one is one file in `Architectures` and one line here.
package let allArchitectures: [any Architecture] = [
  Cohere(),
  Cohere2(),
  Falcon(),
  Gemma(),
  Gemma2(),
  Gemma3(),
  GLM(),
  GLM4(),
  GPTNeoX(),
  Granite(),
  GraniteMoE(),
  Helium(),
  Llama(),
  Ministral(),
  Ministral3(),
  Mistral(),
  Mixtral(),
  Nemotron(),
  OLMo(),
  OLMo2(),
  OLMo3(),
  OLMoE(),
  Phi(),
  Phi3(),
  Qwen2(),
  Qwen2MoE(),
  Qwen3(),
  Qwen3MoE(),
  SmolLM3(),
  StableLM(),
  Starcoder2(),
]
