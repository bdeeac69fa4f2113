import Models
import Tensors

/// The structure of a block, without its place: blocks that are alike have the same.
package struct BlockFacts: Sendable, Equatable, Encodable {
  /// In words, such as "8 heads of 32, 4 for keys and values, rotary (base 10000, 32 dimensions)".
  package let attention: [String]
  /// In words, such as "gated SiLU, 640 wide".
  package let feedForward: [String]
  /// Whether attention and feed-forward read the same states.
  package let runsSideBySide: Bool
  /// Layers by shared input, in the order they run.
  package let stages: [StageFacts]

  init(_ block: Block) {
    let branches = block.sublayers.flatMap(\.branches)
    attention = branches.compactMap(\.attentionWords)
    feedForward = branches.compactMap(\.feedForwardWords)
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

extension Branch {
  fileprivate var attentionWords: String? {
    for case .attention(let attention) in pathways.map(\.mixer) {
      return (attention.words + frameWords).joined(separator: ", ")
    }
    return nil
  }

  fileprivate var feedForwardWords: String? {
    let experts = pathways.filter(\.isRouted).compactMap(\.feedForwardWords)
    let others = pathways.filter { !$0.isRouted }.compactMap(\.feedForwardWords)
    guard let router, let expert = experts.first else {
      return others.isEmpty ? nil : (others + frameWords).joined(separator: ", ")
    }
    return
      (["\(router.chosen) of \(router.experts) experts, each \(expert)"]
      + others.map { "one for all tokens, \($0)" } + frameWords)
      .joined(separator: ", ")
  }

  /// What is around the pathways.
  private var frameWords: [String] {
    [
      norm == nil ? "no norm in front" : nil,
      outputNorm == nil ? nil : "a norm behind",
      outputScale == 1 ? nil : "times \(outputScale)",
    ].compactMap(\.self)
  }
}

extension Pathway {
  fileprivate var feedForwardWords: String? {
    switch mixer {
    case .attention: nil
    case .gated(let activation): "gated \(activation), \(writer.inputs) wide"
    case .plain(let activation): "\(activation), \(writer.inputs) wide"
    }
  }
}

extension Attention {
  fileprivate var words: [String] {
    let usual = 1 / Float(headDimension).squareRoot()
    return [
      "\(heads) heads of \(headDimension)",
      keyValueHeads == heads ? nil : "\(keyValueHeads) for keys and values",
      rope.map(\.words) ?? (linearBiases == nil ? "no positions" : "linear biases"),
      window.map { "a window of \($0)" },
      queryNorm == nil ? nil : "queries and keys normalized",
      softCap.map { "scores capped at \($0)" },
      clip.map { "clipped to \($0)" },
      abs(scale / usual - 1) < 1e-6 ? nil : "scores times \(scale)",
      queryScale == nil ? nil : "queries scaled by their positions",
    ].compactMap(\.self)
  }
}

extension RotaryEmbedding {
  fileprivate var words: String {
    let scaled: String? =
      switch scaling {
      case .none: nil
      case .linear(let factor): "linear scaling by \(factor.formatted(digits: 3))"
      case .dynamic(let factor, _): "dynamic scaling by \(factor.formatted(digits: 3))"
      case .llama3(let settings): "llama3 scaling by \(settings.factor.formatted(digits: 3))"
      case .yarn(let settings): "yarn scaling by \(settings.factor.formatted(digits: 3))"
      case .long: "longrope scaling"
      }
    let base = theta == theta.rounded() ? "\(Int(theta))" : "\(theta)"
    let details = [
      "base \(base)", "\(dimensions) dimensions",
      pairing == .neighbors ? "neighbors" : nil, scaled,
    ].compactMap(\.self)
    return "rotary (\(details.joined(separator: ", ")))"
  }
}
