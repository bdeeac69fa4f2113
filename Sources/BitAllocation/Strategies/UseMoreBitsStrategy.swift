/// The mixture that llama.cpp's quantizer makes: one option for all, and the next larger one for
/// attention's values and the feed-forward's last projection in blocks that are thought to need it (the
/// first eighth, the last eighth, and every third between), and for the head.
///
/// `use_more_bits(i, n)` in llama.cpp: `i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2`, in whole
/// numbers. It has no budget: here the largest option is taken for which all that fits, and what is
/// left is spent layer by layer from the first.
package struct UseMoreBitsStrategy: AllocationStrategy {
  package let name = "use-more-bits"
  package let summary = "llama.cpp's mixture: more for values, down and the head, in some blocks"

  package init() {}

  /// Comes without a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let blocks = problem.blocks
    let isRaised = problem.layers.map { layer in
      switch LayerRole(layer) {
      case .head: true
      case .value, .down: layer.block.map { Self.usesMoreBits($0, of: blocks) } ?? false
      default: false
      }
    }
    return UniformLadder(problem).allocation(in: problem, raised: { isRaised[$0] })
  }

  /// Whether a block is one of those that get more.
  package static func usesMoreBits(_ block: Int, of blocks: Int) -> Bool {
    block < blocks / 8 || block >= 7 * blocks / 8 || (block - blocks / 8) % 3 == 2
  }
}
