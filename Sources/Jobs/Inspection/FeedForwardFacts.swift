import Models

/// What a block's feed-forward is.
package struct FeedForwardFacts: Sendable, Equatable, Encodable {
  /// Such as "SiLU".
  package let activation: String
  package let isGated: Bool
  /// Features inside, of each expert where there are some.
  package let width: Int
  /// Nil for a dense feed-forward.
  package let experts: Int?
  /// Experts that a token goes through.
  package let expertsPerToken: Int?
  /// Whether the shares of the chosen experts add up to 1.
  package let normalizesShares: Bool?
  /// Features inside the expert that all tokens go through.
  package let sharedWidth: Int?
  package let frame: FrameFacts

  /// Nil for an attention.
  init?(_ branch: Branch) {
    let pathway = branch.pathways[0]
    switch pathway.mixer {
    case .attention: return nil
    case .gated(let activation): (self.activation, isGated) = ("\(activation)", true)
    case .plain(let activation): (self.activation, isGated) = ("\(activation)", false)
    }
    width = pathway.writer.inputs
    experts = branch.router?.experts
    expertsPerToken = branch.router?.chosen
    normalizesShares = branch.router?.normalizes
    sharedWidth =
      branch.router == nil ? nil : branch.pathways.first { !$0.isRouted }?.writer.inputs
    frame = FrameFacts(branch)
  }

  /// For people.
  package var words: String {
    let kind = isGated ? "gated \(activation)" : activation
    let each = "\(kind), \(width) wide"
    guard let experts, let expertsPerToken else {
      return ([each] + frame.words).joined(separator: ", ")
    }
    let shared = sharedWidth.map { "and one for all tokens, \($0) wide" }
    let words = ["\(expertsPerToken) of \(experts) experts, each \(each)", shared]
    return (words.compactMap(\.self) + frame.words).joined(separator: ", ")
  }

  enum CodingKeys: String, CodingKey {
    case activation, width, experts, frame
    case isGated = "is_gated"
    case expertsPerToken = "experts_per_token"
    case normalizesShares = "normalizes_shares"
    case sharedWidth = "shared_width"
  }
}
