import Models
import Tensors

/// What ExLlamaV2 0.3.2 can load, found by running its own code on small models of every family and
/// comparing the logits. Its loader takes what it doesn't know for a Llama, and leaves out what it
/// doesn't read, without a word; so the conditions are ours to check.
extension EXL2Format {
  /// The classes it loads under their own name, and Gemma 3's language model, which it gets in the
  /// form of the multimodal one.
  private static let architectures = [
    "CohereForCausalLM", "Gemma2ForCausalLM", loneGemma3, "Gemma3ForConditionalGeneration",
    "GemmaForCausalLM", "Glm4ForCausalLM", "GraniteForCausalLM", "LlamaForCausalLM",
    "LlavaForConditionalGeneration", "Mistral3ForConditionalGeneration", "MistralForCausalLM",
    "MixtralForCausalLM", "Phi3ForCausalLM", "Qwen2ForCausalLM",
    "Qwen2VLForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration", "Qwen3ForCausalLM",
    "Qwen3MoeForCausalLM", "Starcoder2ForCausalLM",
  ]

  /// Throws `FormatError.runtime` for the first thing about a model that ExLlamaV2 has otherwise.
  package func checkRuntime(_ model: ModelDescription) throws {
    let reasons: [(holds: Bool, reason: String)] = [
      (
        model.architecture != "Cohere2ForCausalLM",
        "it turns queries and keys in the blocks that have no positions, too"
      ),
      (
        Self.architectures.contains(model.architecture), "it doesn't know \(model.architecture)"
      ),
      (
        !model.embeddingTensor.hasPrefix("model.language_model."),
        "it looks for the language model under 'language_model.model.', or under 'model.' in Qwen's, and "
          + "here it is under 'model.language_model.'"
      ),
      (
        model.hasKnownTower,
        "it knows this model with a vision tower of type 'pixtral' only"
      ),
      (
        model.hasExpertsEverywhereOrNowhere,
        "it wants experts in every block, and this model has blocks without"
      ),
      (
        model.routers.allSatisfy(\.normalizes),
        "it makes the shares of the chosen experts add up to 1, and this model doesn't"
      ),
      (
        model.activations.allSatisfy { $0 == model.expectedActivation },
        "it computes \(model.expectedActivation) in this family, whatever config.json says"
      ),
      (
        model.attentions.allSatisfy { $0.queryScale == nil },
        "it doesn't scale queries by their positions"
      ),
      (
        model.attentions.allSatisfy { $0.keyValueHeads * $0.headDimension % 32 == 0 },
        "it can't have keys whose width isn't a multiple of 32"
      ),
      (
        model.scalesNoBias,
        "it doesn't multiply the biases of o_proj and down_proj as this model does"
      ),
      (
        model.windowPattern != nil,
        "it can't have windows in the blocks where this model has them"
      ),
      (
        model.localTheta == nil || model.localTheta == 10_000,
        "blocks with a window have a rotary base of 10000 there"
      ),
    ]
    if let failed = reasons.first(where: { !$0.holds }) {
      throw FormatError.runtime(
        "ExLlamaV2", format: name, architecture: model.architecture, reason: failed.reason)
    }
  }

  /// Models with a vision tower aren't loaded without the description of their pictures, not even for
  /// text.
  package func companionFiles(of model: ModelDescription) -> [String] {
    model.visionType == nil ? [] : ["preprocessor_config.json"]
  }

  /// What ExLlamaV2 computes a little differently.
  package func remarks(on model: ModelDescription) -> [String] {
    guard (try? checkRuntime(model)) != nil else { return [] }
    let windows = Set(model.attentions.compactMap(\.window))
    var remarks: [String] = []
    if model.architecture.hasPrefix("Qwen3") {
      remarks.append(
        "ExLlamaV2 0.3.2 normalizes queries and keys otherwise than Qwen 3 (it subtracts their mean), "
          + "so that its outputs differ from those measured here")
    }
    if !model.architecture.hasPrefix("Gemma"), let window = windows.max() {
      remarks.append(
        "ExLlamaV2 has no windows in this family: its outputs differ on texts longer than \(window) "
          + "tokens")
    }
    for case .yarn? in model.attentions.map({ $0.rope?.scaling }).prefix(1) {
      remarks.append(
        "ExLlamaV2 places yarn's ramp by the positions of the stretched model, not of the original, so "
          + "that its outputs differ a little")
    }
    for case .long? in model.attentions.map({ $0.rope?.scaling }).prefix(1) {
      remarks.append(
        "ExLlamaV2 chooses between LongRoPE's long and short factors once, by the length it is loaded "
          + "for, so that outputs for short texts differ unless that is short, too")
    }
    return remarks
  }
}

extension ModelDescription {
  fileprivate var attentions: [Attention] {
    blocks.flatMap(\.pathways).compactMap { pathway in
      if case .attention(let attention) = pathway.mixer { attention } else { nil }
    }
  }

  fileprivate var activations: [ElementFunction] {
    blocks.flatMap(\.pathways).compactMap { pathway in
      switch pathway.mixer {
      case .attention: nil
      case .gated(let activation), .plain(let activation): activation
      }
    }
  }

  fileprivate var expectedActivation: ElementFunction {
    ["Gemma", "Starcoder2"].contains(where: architecture.hasPrefix) ? .geluTanh : .silu
  }

  fileprivate var routers: [Router] {
    blocks.flatMap(\.branches).compactMap(\.router)
  }

  fileprivate var hasExpertsEverywhereOrNowhere: Bool {
    let count = blocks.count { $0.branches.contains { $0.router != nil } }
    return [0, blocks.count].contains(count)
  }

  fileprivate var hasKnownTower: Bool {
    let pixtral = ["LlavaForConditionalGeneration", "Mistral3ForConditionalGeneration"]
    return !pixtral.contains(architecture) || visionType == "pixtral"
  }

  fileprivate var scalesNoBias: Bool {
    blocks.flatMap(\.branches).allSatisfy { branch in
      branch.outputScale == 1 || branch.pathways.allSatisfy { !$0.writer.hasBias }
    }
  }

  /// Of a Gemma the number `p` for which every `p`-th block sees all; 1 for a model without windows;
  /// nil where there is none. Windows of other families are ignored.
  var windowPattern: Int? {
    let sees = attentions.map { $0.window == nil }
    guard architecture.hasPrefix("Gemma"), sees.contains(false) else { return 1 }
    let pattern = (sees.firstIndex(of: true) ?? sees.count) + 1
    if architecture == "Gemma2ForCausalLM", pattern != 2 { return nil }
    return sees.indices.allSatisfy { sees[$0] == (($0 + 1) % pattern == 0) } ? pattern : nil
  }

  /// The rotary base of blocks with a window, where they have one of their own.
  fileprivate var localTheta: Double? {
    guard architecture.hasPrefix("Gemma3") else { return nil }
    return attentions.first { $0.window != nil }?.rope?.theta
  }

  /// The attention that settings are about where blocks differ: of one that sees all.
  var mainAttention: Attention? { attentions.first { $0.window == nil } ?? attentions.first }

  /// The window of the blocks that have one.
  var window: Int? { attentions.compactMap(\.window).first }

  /// The first router, whose like all others are.
  var router: Router? { routers.first }
}
