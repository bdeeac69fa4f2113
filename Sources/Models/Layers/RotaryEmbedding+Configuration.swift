import Checkpoints

/// What a family has where `config.json` says nothing about its rotary embedding.
struct RotaryDefaults {
  var theta = 10_000.0
  /// Where it is told outside "rope_parameters".
  var thetaKey = "rope_theta"
  /// How much of a head turns.
  var partialFactor = 1.0
  /// Where it is told outside "rope_parameters".
  var partialFactorKey = "partial_rotary_factor"
  var pairing = RotaryEmbedding.Pairing.halves
  /// The key that models with several embeddings keep this one's settings under.
  var layerType: String?
  /// Whether every scaling that needs one divisor per pair is called something else, as in Phi-3's
  /// old files.
  var isLongByOtherNames = false
  /// Positions of the model before it was stretched, whatever the settings say; nil for what they
  /// say, or for all it has.
  var originalPositions: Int?
  /// How it was stretched.
  var scaling = RotaryScaling.none
}

extension RotaryEmbedding {
  /// Reads the keys of transformers 4 (`rope_theta`, `rope_scaling`) and 5 (`rope_parameters`).
  init(
    _ config: ModelConfiguration, headDimension: Int, maximumPositions: Int,
    defaults: RotaryDefaults = RotaryDefaults()
  ) throws {
    let all = try config.rotarySettings()
    let own = try defaults.layerType.flatMap { try all?.object($0) }
    let settings = own ?? all
    func number(_ key: String, outside: String, default fallback: Double) throws -> Double {
      try settings?.positiveDoubleIfPresent(key)
        ?? config.positiveDouble(outside, default: fallback)
    }
    let partial = try number(
      "partial_rotary_factor", outside: defaults.partialFactorKey,
      default: defaults.partialFactor)
    guard partial <= 1 else {
      throw ModelError.unsupported(
        setting: defaults.partialFactorKey, value: "\(partial)", known: ["numbers up to 1"],
        file: config.file)
    }
    let dimensions = Int(Double(headDimension) * partial)
    guard dimensions >= 2, dimensions % 2 == 0 else {
      throw ModelError.unsupported(
        setting: "the number of a head's dimensions that turn", value: "\(dimensions)",
        known: ["even numbers from 2 to head_dim, which is \(headDimension)"], file: config.file)
    }
    self.init(
      dimensions: dimensions,
      theta: try number("rope_theta", outside: defaults.thetaKey, default: defaults.theta),
      scaling: try settings.map {
        try RotaryScaling(
          $0, model: own == nil ? config : nil, dimensions: dimensions,
          maximumPositions: maximumPositions, defaults)
      } ?? defaults.scaling,
      pairing: defaults.pairing)
  }
}

extension ModelConfiguration {
  /// "rope_scaling", or, where it is absent or empty, "rope_parameters".
  func rotarySettings() throws -> ModelConfiguration? {
    if let older = try object("rope_scaling"), !older.keys.isEmpty { return older }
    return try object("rope_parameters")
  }

  /// How the embedding with these settings is scaled.
  var rotaryType: String {
    get throws { try string("rope_type", default: string("type", default: "default")) }
  }
}

extension RotaryScaling {
  /// Reads `rope_scaling` or `rope_parameters`; or the part of it that is about some of the blocks,
  /// to which settings of the `model` around it don't apply.
  fileprivate init(
    _ settings: ModelConfiguration, model: ModelConfiguration?, dimensions: Int,
    maximumPositions: Int, _ defaults: RotaryDefaults
  ) throws {
    /// What the model says, and then what the family does, is about all scalings.
    func original() throws -> Int {
      let key = "original_max_position_embeddings"
      return try model?.positiveIntIfPresent(key) ?? defaults.originalPositions
        ?? settings.positiveInt(key, default: maximumPositions)
    }
    let type = try settings.rotaryType
    switch type {
    case "su" where defaults.isLongByOtherNames, "yarn" where defaults.isLongByOtherNames,
      "longrope":
      self = .long(
        try LongScaling(
          settings, pairs: dimensions / 2, maximumPositions: maximumPositions,
          original: original()))
    // Positions in a picture are what "mrope" is about; in text they are as always.
    case "default", "mrope":
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
          originalPositions: try original()))
    case "yarn":
      self = .yarn(
        try YarnScaling(settings, maximumPositions: maximumPositions, original: original()))
    default:
      throw ModelError.unsupported(
        setting: "rope_type", value: type,
        known: ["default", "linear", "dynamic", "llama3", "yarn", "longrope", "mrope"],
        file: settings.file)
    }
  }
}

extension YarnScaling {
  fileprivate init(
    _ settings: ModelConfiguration, maximumPositions: Int, original: Int
  ) throws {
    let factor =
      try settings.positiveDoubleIfPresent("factor") ?? Double(maximumPositions) / Double(original)
    var attention = try settings.positiveDoubleIfPresent("attention_factor")
    if attention == nil,
      let scale = try settings.positiveDoubleUnlessZero("mscale"),
      let allScale = try settings.positiveDoubleUnlessZero("mscale_all_dim")
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

extension LongScaling {
  fileprivate init(
    _ settings: ModelConfiguration, pairs: Int, maximumPositions: Int, original: Int
  ) throws {
    func factors(_ key: String) throws -> [Double] {
      let factors = try settings.doubles(key)
      guard factors.count == pairs, factors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw ModelError.unsupported(
          setting: key, value: "\(factors.count) numbers",
          known: ["\(pairs) numbers above zero, one per pair that turns"], file: settings.file)
      }
      return factors
    }
    self.init(
      shortFactors: try factors("short_factor"), longFactors: try factors("long_factor"),
      originalPositions: original,
      factor: try settings.positiveDoubleIfPresent("factor")
        ?? Double(maximumPositions) / Double(original),
      attentionFactor: try settings.positiveDoubleIfPresent("attention_factor"))
  }
}
