import Checkpoints

extension RotaryEmbedding {
  /// Reads the keys of transformers 4 (`rope_theta`, `rope_scaling`) and 5 (`rope_parameters`).
  /// `dimensions` is how much of a head turns: families that turn less than all of it say so.
  init(_ config: ModelConfiguration, dimensions: Int, maximumPositions: Int) throws {
    let newer = try config.object("rope_parameters")
    let settings = try newer ?? config.object("rope_scaling")
    let fallback = try config.positiveDouble("rope_theta", default: 10_000)
    let theta = try newer?.positiveDouble("rope_theta", default: fallback) ?? fallback
    self.init(
      dimensions: dimensions,
      theta: theta,
      scaling: try settings.map {
        try RotaryScaling($0, model: config, maximumPositions: maximumPositions)
      } ?? .none)
  }
}

extension RotaryScaling {
  /// Reads `rope_scaling` or `rope_parameters`.
  fileprivate init(
    _ settings: ModelConfiguration, model: ModelConfiguration, maximumPositions: Int
  ) throws {
    let older = try settings.string("type", default: "default")
    let type = try settings.string("rope_type", default: older)
    switch type {
    case "default":
      self = .none
    case "linear":
      self = .linear(factor: try settings.positiveDouble("factor"))
    case "dynamic":
      self = .dynamic(
        factor: try settings.positiveDouble("factor"), maximumPositions: maximumPositions)
    case "llama3":
      self = .llama3(
        Llama3Scaling(
          factor: try settings.positiveDouble("factor"),
          lowFrequencyFactor: try settings.positiveDouble("low_freq_factor"),
          highFrequencyFactor: try settings.positiveDouble("high_freq_factor"),
          originalPositions: try Self.originalPositions(settings, model, maximumPositions)))
    case "yarn":
      self = .yarn(try YarnScaling(settings, model, maximumPositions))
    default:
      throw ModelError.unsupported(
        setting: "rope_type", value: type,
        known: ["default", "linear", "dynamic", "llama3", "yarn"], file: model.file)
    }
  }

  fileprivate static func originalPositions(
    _ settings: ModelConfiguration, _ model: ModelConfiguration, _ maximumPositions: Int
  ) throws -> Int {
    let key = "original_max_position_embeddings"
    return try model.positiveIntIfPresent(key)
      ?? settings.positiveInt(key, default: maximumPositions)
  }
}

extension YarnScaling {
  fileprivate init(
    _ settings: ModelConfiguration, _ model: ModelConfiguration, _ maximumPositions: Int
  ) throws {
    let original = try RotaryScaling.originalPositions(settings, model, maximumPositions)
    let factor =
      try settings.positiveDoubleIfPresent("factor") ?? Double(maximumPositions) / Double(original)
    var attention = try settings.positiveDoubleIfPresent("attention_factor")
    if attention == nil,
      let scale = try settings.doubleIfPresent("mscale"),
      let allScale = try settings.doubleIfPresent("mscale_all_dim")
    {
      attention =
        Self.magnitude(factor: factor, scale: scale)
        / Self.magnitude(factor: factor, scale: allScale)
    }
    self.init(
      factor: factor, originalPositions: original, attentionFactor: attention,
      fastTurns: try settings.positiveDouble("beta_fast", default: 32),
      slowTurns: try settings.positiveDouble("beta_slow", default: 1),
      truncates: try settings.bool("truncate", default: true))
  }
}
