import Models

/// The structure of a block, without its place: blocks that are alike have the same.
package struct BlockFacts: Sendable, Equatable, Encodable {
  /// Mostly one.
  package let attention: [AttentionFacts]
  /// Mostly one.
  package let feedForward: [FeedForwardFacts]
  /// Whether attention and feed-forward read the same states.
  package let runsSideBySide: Bool
  /// Layers by shared input, in the order they run.
  package let stages: [StageFacts]

  init(_ block: Block) {
    attention = block.branches.compactMap { branch in
      guard case .attention(let attention) = branch.pathways[0].mixer else { return nil }
      return AttentionFacts(attention, in: branch)
    }
    feedForward = block.branches.compactMap(FeedForwardFacts.init)
    runsSideBySide = block.sublayers.contains { $0.branches.count > 1 }
    stages = StageFacts.gathered(block.stages, in: block.name)
  }

  enum CodingKeys: String, CodingKey {
    case attention, stages
    case feedForward = "feed_forward"
    case runsSideBySide = "runs_side_by_side"
  }
}

/// Layers that share an input, and so a Hessian.
package struct StageFacts: Sendable, Equatable, Encodable {
  /// How many stages like this there are: one per expert.
  package var count: Int
  package let layers: [LayerFacts]

  /// The stages of a block, those of experts counted together. Names go without the block's.
  static func gathered(_ stages: [[Linear]], in block: String) -> [StageFacts] {
    var result: [StageFacts] = []
    for stage in stages {
      let layers = stage.map { LayerFacts($0, name: name(of: $0, in: block)) }
      if let same = result.firstIndex(where: { $0.layers == layers }) {
        result[same].count += 1
      } else {
        result.append(StageFacts(count: 1, layers: layers))
      }
    }
    return result
  }

  /// "mlp.experts.*.up_proj" for the sixth expert's and any other's.
  private static func name(of linear: Linear, in block: String) -> String {
    let parts = linear.name.dropFirst(block.count + 1).split(separator: ".")
    return parts.map { Int($0) == nil ? $0 : "*" }.joined(separator: ".")
  }
}

/// A linear layer.
package struct LayerFacts: Sendable, Equatable, Encodable {
  package let name: String
  package let inputs: Int
  package let outputs: Int
  package let hasBias: Bool
  /// The last names of what a fused layer consists of.
  package let parts: [String]

  init(_ linear: Linear, name: String) {
    self.name = name
    inputs = linear.inputs
    outputs = linear.outputs
    hasBias = linear.hasBias
    parts = linear.split.count > 1 ? linear.split.map(\.role) : []
  }

  enum CodingKeys: String, CodingKey {
    case name, inputs, outputs, parts
    case hasBias = "has_bias"
  }
}
