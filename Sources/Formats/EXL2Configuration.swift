import ByteJSON
import Models

/// What ExLlamaV2 0.3.2 has to find in `config.json`.
///
/// It has defaults of its own for keys that are absent, which aren't those of the family; it reads
/// some keys outside `text_config` only; it knows rotary settings by their names in transformers 4;
/// and it refuses rotary settings that have both "type" and "rope_type". So what the description says
/// is written out where the file leaves it open.
struct EXL2Configuration {
  /// What is added to the file or takes the place of what is there, with values as JSON.
  private(set) var members: [(key: String, value: String)] = []

  private let config: JSONObject
  private let text: JSONObject?

  init(_ config: JSONObject, _ model: ModelDescription) {
    self.config = config
    text = config["text_config"]?.object
    if model.architecture == EXL2Format.loneGemma3 {
      members.append(("architectures", #"["Gemma3ForConditionalGeneration"]"#))
    } else if config["architectures"]?.array?.count != 1 {
      members.append(("architectures", "[\(quotedJSON(model.architecture))]"))
    }
    addRotarySettings(of: model)
    addSizes(of: model)
    addScales(of: model)
    addExperts(of: model)
    for key in ["attention_bias", "mlp_bias", "tie_word_embeddings", "use_qk_norm"] { lift(key) }
  }

  /// Whether a key has a value outside `text_config`.
  private func isOutside(_ key: String) -> Bool { config[key].map { !$0.isNull } ?? false }

  /// Writes a key where the file doesn't have it. `isFoundInside` says whether ExLlamaV2 also looks
  /// for it in `text_config`; from where it doesn't, a value is taken over.
  private mutating func add(_ key: String, _ value: String, isFoundInside: Bool = false) {
    guard !isOutside(key), !members.contains(where: { $0.key == key }) else { return }
    guard let inside = text?[key], !inside.isNull else {
      members.append((key, value))
      return
    }
    if !isFoundInside { members.append((key, inside.json)) }
  }

  /// Takes a value over from `text_config`.
  private mutating func lift(_ key: String) {
    if let inside = text?[key], !inside.isNull { add(key, inside.json) }
  }

  // MARK: - Rotary settings

  private mutating func addRotarySettings(of model: ModelDescription) {
    guard let attention = model.mainAttention, let rope = attention.rope else { return }
    set("rope_theta", to: rope.theta, isFoundInside: true, default: 10_000)
    set(
      "partial_rotary_factor", to: Double(rope.dimensions) / Double(attention.headDimension),
      default: 1)
    if case .long(let settings) = rope.scaling {
      set("original_max_position_embeddings", to: Double(settings.originalPositions))
    }
    if let scaling = scaling(rope.scaling) { members.append(("rope_scaling", scaling)) }
  }

  /// Writes a number where ExLlamaV2 would find another, or its own default.
  private mutating func set(
    _ key: String, to value: Double, isFoundInside: Bool = false, default standard: Double? = nil
  ) {
    let inside = isFoundInside ? text?[key]?.double : nil
    guard config[key]?.double ?? inside ?? standard != value else { return }
    members.append((key, Int(exactly: value).map(String.init) ?? "\(value)"))
  }

  /// `rope_scaling` as ExLlamaV2 wants it; nil where it is so already, or where there is none.
  private func scaling(_ scaling: RotaryScaling) -> String? {
    let older = [config["rope_scaling"], text?["rope_scaling"]].compactMap { $0?.object }
      .first { !$0.members.isEmpty }
    guard let settings = older ?? newerSettings else { return nil }
    // Null is no name, as it is for whoever wrote it.
    let (newName, oldName) = (settings["rope_type"]?.text, settings["type"]?.text)
    // It refuses an object that has both keys.
    let hasOneName = settings["rope_type"] == nil || settings["type"] == nil
    if settings["mrope_section"] != nil {
      // Its sections are about pictures; ExLlamaV2 wants them under this name.
      return older != nil && oldName == "mrope" && hasOneName
        ? nil : written(settings, type: "mrope", with: [])
    }
    guard let type = newName ?? oldName, type != "default" else {
      return older == nil || hasOneName ? nil : written(settings, type: "default", with: [])
    }
    let original = "original_max_position_embeddings"
    let needed: [(key: String, value: String)] =
      switch scaling {
      case .yarn(let yarn):
        [("factor", "\(yarn.factor)"), (original, "\(yarn.originalPositions)")]
      case .llama3(let llama): [(original, "\(llama.originalPositions)")]
      case .none, .linear, .dynamic, .long: []
      }
    let differing = needed.filter { settings[$0.key]?.double != Double($0.value) }
    let isAsItWas = older != nil && differing.isEmpty
    return isAsItWas && hasOneName ? nil : written(settings, type: type, with: differing)
  }

  /// Settings under one name of the type, without what ExLlamaV2 looks for outside, and with others in
  /// place of what they say.
  private func written(
    _ settings: JSONObject, type: String, with others: [(key: String, value: String)]
  ) -> String {
    let left = ["type", "rope_type", "rope_theta", "partial_rotary_factor"] + others.map(\.key)
    let kept = settings.members.map { (key: $0.key.text, value: $0.value.json) }
      .filter { !left.contains($0.key) }
    let name = type == "mrope" ? "type" : "rope_type"
    return indentedJSON([(name, quotedJSON(type))] + kept + others, depth: 1)
  }

  /// What is in `rope_parameters`. Of two sets of settings ExLlamaV2 takes one; the other, of blocks
  /// with a window, is built in.
  private var newerSettings: JSONObject? {
    let all = config["rope_parameters"]?.object ?? text?["rope_parameters"]?.object
    return all?["full_attention"]?.object ?? all
  }

  // MARK: - Everything else

  private mutating func addSizes(of model: ModelDescription) {
    guard let attention = model.mainAttention else { return }
    if attention.headDimension * attention.heads != model.hiddenSize {
      add("head_dim", "\(attention.headDimension)", isFoundInside: true)
    }
    if attention.keyValueHeads != attention.heads {
      add("num_key_value_heads", "\(attention.keyValueHeads)", isFoundInside: true)
    }
    add(epsilonKey(of: model), "\(model.finalNorm.epsilon)", isFoundInside: true)
    guard model.architecture.hasPrefix("Gemma"), let window = model.window else { return }
    add("sliding_window", "\(window)", isFoundInside: true)
    if let pattern = model.windowPattern, model.architecture.hasPrefix("Gemma3") {
      members.append(("sliding_window_pattern", "\(pattern)"))
    }
  }

  private func epsilonKey(of model: ModelDescription) -> String {
    switch model.architecture {
    case "CohereForCausalLM": "layer_norm_eps"
    case "Starcoder2ForCausalLM": "layer_norm_epsilon"  // elsewhere "norm_epsilon"
    default: "rms_norm_eps"
    }
  }

  private mutating func addScales(of model: ModelDescription) {
    guard let attention = model.mainAttention else { return }
    switch model.architecture {
    case "CohereForCausalLM":
      add("logit_scale", "\(model.logitScale)")
    case "GraniteForCausalLM":
      add("attention_multiplier", "\(attention.scale)", isFoundInside: true)
    case "Gemma2ForCausalLM", EXL2Format.loneGemma3, "Gemma3ForConditionalGeneration":
      let scalar = 1 / (attention.scale * attention.scale)
      add("query_pre_attn_scalar", "\(scalar)", isFoundInside: true)
      if let cap = attention.softCap { add("attn_logit_softcapping", "\(cap)") }
      if let cap = model.logitSoftCap { add("final_logit_softcapping", "\(cap)") }
    default: break
    }
  }

  private mutating func addExperts(of model: ModelDescription) {
    guard let router = model.router else { return }
    let keys = ["num_local_experts", "num_experts"]
    if !keys.contains(where: isOutside) { add(keys[0], "\(router.experts)") }
    add("num_experts_per_tok", "\(router.chosen)")
    let width = model.blocks.flatMap(\.pathways).first(where: \.isRouted)?.writer.inputs
    if model.architecture == "Qwen3MoeForCausalLM", let width {
      add("moe_intermediate_size", "\(width)")
    }
  }
}
