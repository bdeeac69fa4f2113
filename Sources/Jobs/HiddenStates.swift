import Models
import Tensors

/// The activations between blocks, a matrix (tokens, hidden) per row.
package struct HiddenStates: Sendable {
  /// In the order of the token rows.
  package var rows: [Matrix]

  /// The token embeddings of every row.
  package init(of tokens: [[Int32]], in model: Model) throws {
    rows = try parallelMap(tokens.count) { try model.embeddings(of: tokens[$0]) }
  }

  /// Tokens in all rows together.
  package var tokens: Int { rows.reduce(0) { $0 + $1.rows } }

  /// Consecutive rows that are worked on together: enough tokens for the matrix products, little
  /// enough memory for what a block computes on the way. Depends on the rows alone, so that sums
  /// over chunks don't depend on the number of cores.
  package var chunks: [Range<Int>] {
    let chunkTokens = 4096
    let size = max(1, chunkTokens / max(rows.first?.rows ?? 1, 1))
    return stride(from: 0, to: rows.count, by: size).map { $0..<min($0 + size, rows.count) }
  }

  /// Runs every row through a block.
  package mutating func run(through block: LoadedBlock) throws {
    let input = rows
    rows = try parallelMap(rows.count) { block.run(input[$0]) }
    try checkFinite(after: block.block.name)
  }

  /// Throws `ModelError.notFinite` if arithmetic overflowed.
  package func checkFinite(after place: String) throws {
    guard rows.allSatisfy(\.isFinite) else { throw ModelError.notFinite(place: place) }
  }
}

extension Model {
  /// The states behind the last block; `step` is called after each.
  package func hiddenStates(of rows: [[Int32]], step: () -> Void) throws -> HiddenStates {
    var states = try HiddenStates(of: rows, in: self)
    let length = rows.map(\.count).max() ?? 0
    for block in description.blocks {
      try states.run(through: LoadedBlock(block, from: weights, length: length))
      step()
    }
    return states
  }
}
