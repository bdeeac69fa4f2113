import Models
import Tensors

/// How a block attends.
package struct AttentionFacts: Sendable, Equatable, Encodable {
  package let heads: Int
  package let keyValueHeads: Int
  package let headDimension: Int
  /// How positions enter: nil for a block that knows none.
  package let positions: PositionFacts?
  /// How many positions a query sees, itself included; nil for all.
  package let window: Int?
  /// What products of queries and keys are multiplied with.
  package let scale: Float
  /// What scores are capped at.
  package let softCap: Float?
  /// What queries, keys and values are clipped to.
  package let clip: Float?
  package let normalizesQueriesAndKeys: Bool
  package let scalesQueriesByPosition: Bool
  package let frame: FrameFacts

  init(_ attention: Attention, in branch: Branch) {
    heads = attention.heads
    keyValueHeads = attention.keyValueHeads
    headDimension = attention.headDimension
    positions =
      attention.rope.map(PositionFacts.init)
      ?? (attention.linearBiases == nil ? nil : PositionFacts(kind: "alibi"))
    window = attention.window
    scale = attention.scale
    softCap = attention.softCap
    clip = attention.clip
    normalizesQueriesAndKeys = attention.queryNorm != nil
    scalesQueriesByPosition = attention.queryScale != nil
    frame = FrameFacts(branch)
  }

  /// For people.
  package var words: String {
    let usual = 1 / Float(headDimension).squareRoot()
    let words: [String?] = [
      "\(heads) heads of \(headDimension)",
      keyValueHeads == heads ? nil : "\(keyValueHeads) for keys and values",
      positions?.words ?? "no positions",
      window.map { "a window of \($0)" },
      normalizesQueriesAndKeys ? "queries and keys normalized" : nil,
      softCap.map { "scores capped at \($0)" },
      clip.map { "clipped to \($0)" },
      abs(scale / usual - 1) < 1e-6 ? nil : "scores times \(scale)",
      scalesQueriesByPosition ? "queries scaled by their positions" : nil,
    ]
    return (words.compactMap(\.self) + frame.words).joined(separator: ", ")
  }

  enum CodingKeys: String, CodingKey {
    case heads, positions, window, scale, clip, frame
    case keyValueHeads = "key_value_heads"
    case headDimension = "head_dimension"
    case softCap = "soft_cap"
    case normalizesQueriesAndKeys = "normalizes_queries_and_keys"
    case scalesQueriesByPosition = "scales_queries_by_position"
  }
}

/// How positions enter attention.
package struct PositionFacts: Sendable, Equatable, Encodable {
  /// "rotary" or "alibi".
  package var kind: String
  /// The base of rotary frequencies.
  package var base: Double?
  /// Dimensions of a head that turn.
  package var dimensions: Int?
  /// Whether neighboring dimensions turn together, and not those half a head apart.
  package var turnsNeighbors: Bool?
  /// "linear", "dynamic", "llama3", "yarn" or "longrope".
  package var scaling: String?
  /// How much longer sequences became by it.
  package var factor: Double?
  /// Positions of the model before it was stretched.
  package var originalPositions: Int?

  init(kind: String) { self.kind = kind }

  init(_ rope: RotaryEmbedding) {
    kind = "rotary"
    base = rope.theta
    dimensions = rope.dimensions
    turnsNeighbors = rope.pairing == .neighbors
    switch rope.scaling {
    case .none: break
    case .linear(let factor): (scaling, self.factor) = ("linear", factor)
    case .dynamic(let factor, let positions):
      (scaling, self.factor, originalPositions) = ("dynamic", factor, positions)
    case .llama3(let settings):
      (scaling, factor, originalPositions) = (
        "llama3", settings.factor, settings.originalPositions
      )
    case .yarn(let settings):
      (scaling, factor, originalPositions) = ("yarn", settings.factor, settings.originalPositions)
    case .long(let settings):
      (scaling, originalPositions) = ("longrope", settings.originalPositions)
    }
  }

  var words: String {
    guard let base, let dimensions else { return "linear biases (ALiBi)" }
    let stretched = scaling.map { scaling in
      "\(scaling) scaling" + (factor.map { " by \($0.formatted(digits: 3))" } ?? "")
        + (originalPositions.map { " from \($0) positions" } ?? "")
    }
    let details = [
      "base \(Int(exactly: base).map(String.init) ?? "\(base)")", "\(dimensions) dimensions",
      turnsNeighbors == true ? "neighbors" : nil, stretched,
    ]
    return "rotary (\(details.compactMap(\.self).joined(separator: ", ")))"
  }

  enum CodingKeys: String, CodingKey {
    case kind, base, dimensions, scaling, factor
    case turnsNeighbors = "turns_neighbors"
    case originalPositions = "original_positions"
  }
}

/// What is around an attention or a feed-forward.
package struct FrameFacts: Sendable, Equatable, Encodable {
  /// The kind of norm in front, such as "RMS"; nil where there is none.
  package let norm: String?
  /// The kind of norm behind.
  package let outputNorm: String?
  /// What the sum is multiplied with before it is added to the hidden states.
  package let outputScale: Float

  init(_ branch: Branch) {
    norm = branch.norm?.words
    outputNorm = branch.outputNorm?.words
    outputScale = branch.outputScale
  }

  var words: [String] {
    let words: [String?] = [
      norm.map { $0 == "RMS" ? nil : "\($0) norm in front" } ?? "no norm in front",
      outputNorm.map { "\($0) norm behind" },
      outputScale == 1 ? nil : "added \(outputScale) times",
    ]
    return words.compactMap(\.self)
  }

  enum CodingKeys: String, CodingKey {
    case norm
    case outputNorm = "output_norm"
    case outputScale = "output_scale"
  }
}

extension Norm {
  /// Its kind, and what is unusual about its weights.
  var words: String {
    (kind == .rootMeanSquare ? "RMS" : "layer") + (weights.isEmpty ? " (without weights)" : "")
      + (weightOffset == 0 ? "" : " (1 + weight)")
  }
}
