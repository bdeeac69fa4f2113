import BitAllocation

/// What allocation strategies make of one measurement at several sizes.
package struct Comparison: Sendable, Encodable {
  /// The layers of the measurement, in its order.
  package let layers: [Layer]
  /// In the order asked for.
  package internal(set) var sizes: [Size]
  /// The exact one first.
  package internal(set) var entries: [Entry]
  /// The least error for many sizes, from the smallest up.
  package let frontier: [FrontierPoint]
  /// How predictions agree with what was measured, at all sizes together; nil where nothing was.
  package internal(set) var agreement: Agreement?

  package struct Layer: Sendable, Encodable {
    package let name: String
    package let role: String
    package let block: Int?
    package let weights: Int
  }

  package struct Size: Sendable, Encodable {
    package let bitsPerWeight: Double
    /// In bits.
    package let budget: Int
    package internal(set) var agreement: Agreement?

    private enum CodingKeys: String, CodingKey {
      case budget, agreement
      case bitsPerWeight = "bits_per_weight"
    }
  }

  package struct FrontierPoint: Sendable, Encodable {
    package let bitsPerWeight: Double
    package let error: Double

    private enum CodingKeys: String, CodingKey {
      case error
      case bitsPerWeight = "bits_per_weight"
    }
  }

  /// A strategy with what it made.
  package struct Entry: Sendable, Encodable {
    package let strategy: String
    package let summary: String
    package let kind: Contender.Kind
    /// One per size.
    package internal(set) var cells: [Cell]
  }

  /// What a strategy made at a size.
  package struct Cell: Sendable, Encodable {
    package let bits: Int
    package let bitsPerWeight: Double
    /// The sum of the layers' errors, as the request weighs them.
    package let error: Double
    /// The same in relation to the exact strategy's.
    package let relativeError: Double
    /// What the strategy took.
    package let seconds: Double
    /// Of a strategy with a certificate, the gap as a share of its objective.
    package let gap: Double?
    package let proven: Bool?
    /// By layer.
    package let options: [String]
    package let layerBits: [Int]
    package let layerErrors: [Double]
    package internal(set) var measured: Measured?

    private enum CodingKeys: String, CodingKey {
      case bits, error, seconds, gap, proven, options, measured
      case bitsPerWeight = "bits_per_weight"
      case relativeError = "relative_error"
      case layerBits = "layer_bits"
      case layerErrors = "layer_errors"
    }
  }

  /// What the allocation does to the model's predictions on text that nothing was chosen by.
  package struct Measured: Sendable, Encodable {
    /// Mean KL divergence from the original, in nats per token.
    package let divergence: Estimate
    /// Of that, minus the exact strategy's on the same windows; nil for the exact one.
    package let difference: PairedDifference?
    /// Share of tokens with the same most likely prediction.
    package let agreement: Estimate?
    package let perplexity: Estimate

    private enum CodingKeys: String, CodingKey {
      case difference, perplexity
      case divergence = "kl_divergence"
      case agreement = "top1_agreement"
    }
  }

  /// How predicted errors and measured divergences go together.
  package struct Agreement: Sendable, Encodable {
    /// Spearman's.
    package let rankCorrelation: Double
    /// The least and the largest measured divergence in relation to the predicted error.
    package let lowestRatio: Double
    package let highestRatio: Double

    init?(_ cells: [Cell]) {
      let measured = cells.filter { $0.measured != nil }
      guard measured.count > 2 else { return nil }
      let divergences = measured.compactMap { $0.measured?.divergence.value }
      rankCorrelation = spearman(measured.map(\.error), divergences)
      let ratios = zip(measured, divergences).map { $0.error > 0 ? $1 / $0.error : 1 }
      lowestRatio = ratios.min() ?? 0
      highestRatio = ratios.max() ?? 0
    }

    private enum CodingKeys: String, CodingKey {
      case rankCorrelation = "rank_correlation"
      case lowestRatio = "lowest_ratio"
      case highestRatio = "highest_ratio"
    }
  }
}
