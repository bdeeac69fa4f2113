import Tensors

/// Decides which experts a token goes through, and how much of each one's output it gets.
///
/// Fedus, Zoph and Shazeer, "Switch transformers", 2021, arXiv:2101.03961, with several experts per
/// token as in Jiang et al., "Mixtral of experts", 2024, arXiv:2401.04088.
package struct Router: Sendable, Hashable {
  /// The tensor of its weights, (experts, hidden), in what is written. They are few, and are never
  /// quantized.
  package let name: String
  /// The tensor they are in.
  package let tensor: String
  /// How many it chooses from.
  package let experts: Int
  /// Features of a token.
  package let width: Int
  /// Experts that each token goes through.
  package let chosen: Int
  /// Whether the shares of the chosen experts are made to add up to 1.
  package let normalizes: Bool

  package init(
    _ name: String, tensor: String? = nil, experts: Int, width: Int, chosen: Int,
    normalizes: Bool
  ) {
    precondition((1...experts).contains(chosen))
    self.name = "\(name).weight"
    self.tensor = tensor ?? self.name
    self.experts = experts
    self.width = width
    self.chosen = chosen
    self.normalizes = normalizes
  }

  /// The tokens of every expert, given the router's weights, (experts, hidden), and the tokens,
  /// (tokens, hidden). Of experts with equal shares the first is taken.
  func route(_ input: Matrix, weights: Matrix) -> [Selection] {
    var shares = Matrix.product(input.part(), weights.transposedPart)  // (tokens, experts)
    shares.softmaxRows(shares.rows) { _ in 0..<experts }
    var selections = [Selection](repeating: Selection(tokens: [], shares: []), count: experts)
    for token in 0..<shares.rows {
      var rest = Array(shares.row(token))
      var best: [(expert: Int, share: Float)] = []
      for _ in 0..<chosen {
        var expert = 0
        for candidate in 1..<max(experts, 1) where rest[candidate] > rest[expert] {
          expert = candidate
        }
        best.append((expert, rest[expert]))
        rest[expert] = -1
      }
      let total = normalizes ? best.reduce(0) { $0 + $1.share } : 1
      for (expert, share) in best {
        selections[expert].tokens?.append(token)
        selections[expert].shares?.append(share / total)
      }
    }
    return selections
  }
}
