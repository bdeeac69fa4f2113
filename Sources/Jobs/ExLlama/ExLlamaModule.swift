import Formats
import Foundation
import Models

/// A part of a model for which ExLlamaV2's converter makes one decision, and the layers in it.
package struct ExLlamaModule: Sendable {
  /// Such as "model.layers.0".
  package let blockKey: String
  package let kind: Kind
  /// Whether attention and feed-forward run side by side, which makes them one entry in a file.
  package let isParallel: Bool
  /// The block's index.
  package let block: Int
  /// What ExLlamaV2 calls the layers, in the order of a pathway's: "q_proj", "k_proj", …
  package let projections: [String]
  /// The layers of every expert, or of the one way there is; one layer per projection.
  package let pathways: [[Linear]]

  package enum Kind: String, Sendable {
    case attention = "self_attn"
    case feedForward = "mlp"
    case experts = "block_sparse_moe"
  }

  /// Such as "model.layers.0.self_attn".
  package var name: String { "\(blockKey).\(kind.rawValue)" }

  /// The key that stands for it in a file.
  var fileKey: String { isParallel ? "\(blockKey).parallel_decoder" : name }

  /// Every layer, pathway by pathway.
  package var linears: [Linear] { pathways.flatMap { $0 } }

  /// Weights of all layers.
  package var weights: Int { linears.reduce(0) { $0 + $1.weightCount } }

  /// The layers of one projection: one, or one in each expert.
  func linears(of projection: Int) -> [Linear] { pathways.map { $0[projection] } }
}

/// The modules of a model as ExLlamaV2 counts them.
package struct ExLlamaModules: Sendable {
  /// Those whose layers are quantized, in order; the head is another matter.
  package let measured: [ExLlamaModule]
  /// What stands behind them in a file without being measured: final norm and head.
  let unmeasured: [String]
  /// The head.
  package let head: Linear

  /// The modules of a model. Throws `FormatError` if ExLlamaV2 has no such models.
  package init(_ model: ModelDescription) throws {
    let format = EXL2Format()
    try format.check(model)
    let arranged = format.arranged(model)
    measured = arranged.blocks.flatMap { block in
      let sublayers = block.sublayers.map { ($0.branches, isParallel: $0.branches.count > 1) }
      return sublayers.flatMap { branches, isParallel in
        branches.map { ExLlamaModule($0, in: block, isParallel: isParallel) }
      }
    }
    head = arranged.head
    let body = measured.first?.blockKey.components(separatedBy: ".layers.").first ?? "model"
    unmeasured = ["\(body).norm.norm", "\(arranged.head.name).linear"]
  }

  /// The keys of a complete file, in order.
  var fileKeys: [String] {
    var keys: [String] = []
    for module in measured where keys.last != module.fileKey { keys.append(module.fileKey) }
    return keys + unmeasured
  }

  /// The index of the last module. The embedding comes first and isn't in a file.
  var lastIndex: Int { fileKeys.count }
}

extension ExLlamaModule {
  fileprivate init(_ branch: Branch, in block: Block, isParallel: Bool) {
    let pathways = branch.pathways
    switch pathways[0].mixer {
    case .attention:
      kind = .attention
      projections = ["q_proj", "k_proj", "v_proj", "o_proj"]
    case .gated where branch.router != nil:
      kind = .experts
      projections = ["w1", "w3", "w2"]
    case .gated:
      kind = .feedForward
      projections = ["gate_proj", "up_proj", "down_proj"]
    case .plain:
      kind = .feedForward
      projections = ["up_proj", "down_proj"]
    }
    // The format may have put something in front of the names of layers, which is in the names of
    // modules, too.
    let first = pathways[0].linears[0].name
    blockKey =
      first.range(of: "\(block.name).").map { "\(first[..<$0.lowerBound])\(block.name)" }
      ?? block.name
    self.block = block.index
    self.isParallel = isParallel
    self.pathways = pathways.map(\.linears)
    precondition(self.pathways.allSatisfy { $0.count == projections.count })
  }
}
