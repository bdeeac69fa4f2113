import Foundation

/// What an allocation minimizes, of the layers' errors e: squared relative errors, weighted.
package enum Objective: Equatable, Sendable {
  /// Σ e, which predicts the KL divergence: the default.
  case sum
  /// Σ e^p. As p grows, the largest errors decide.
  case power(Double)
  /// max e: protects the weakest layer.
  case minMax
  /// First max e; then Σ e, with errors of at most (1 + slack) times that maximum.
  case lexicographic(slack: Double)
  /// The largest Σ e of any kind of text, each relative to the least it could have.
  case worstStratum

  /// What an error adds.
  func term(_ error: Double) -> Double {
    guard case .power(let power) = self else { return error }
    return power == 1 ? error : pow(error, power)
  }

  /// The exact strategy for it.
  package var strategy: any AllocationStrategy {
    switch self {
    case .sum, .power: ExactStrategy()
    case .minMax: MinMaxStrategy()
    case .lexicographic(let slack): LexicographicStrategy(slack: slack)
    case .worstStratum: WorstStratumStrategy()
    }
  }

  /// The name on the command line and in files.
  package var name: String {
    switch self {
    case .sum: "sum"
    case .power: "power"
    case .minMax: "min-max"
    case .lexicographic: "lexicographic"
    case .worstStratum: "worst-stratum"
    }
  }
}

extension Objective: Codable {
  private enum CodingKeys: CodingKey { case kind, power, slack }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "sum": self = .sum
    case "power": self = .power(try container.decode(Double.self, forKey: .power))
    case "min-max": self = .minMax
    case "lexicographic":
      self = .lexicographic(slack: try container.decode(Double.self, forKey: .slack))
    case "worst-stratum": self = .worstStratum
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "There is no objective '\(kind)'.")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .kind)
    switch self {
    case .power(let power): try container.encode(power, forKey: .power)
    case .lexicographic(let slack): try container.encode(slack, forKey: .slack)
    case .sum, .minMax, .worstStratum: break
    }
  }
}
