import Tensors

/// One sequence's way through a pathway: of the tokens that take it.
package struct PathwayPass: Sendable {
  /// The tokens, and their shares.
  package let selection: Selection
  /// What the readers read: the normalized hidden states, (tokens, hidden).
  package let input: Matrix
  /// What each reader puts out, (tokens, out).
  package let outputs: [Matrix]
  /// What the writer reads; every token's is multiplied with its share.
  package let mixed: Matrix
  /// What the writer puts out, (tokens, hidden).
  package let written: Matrix
}

/// What the pathways of a sublayer have put out so far, for one sequence: the sum of each branch.
package struct BranchSums: Sendable {
  private var sums: [Matrix?]  // (tokens, hidden)
  private let shape: (rows: Int, columns: Int)

  /// Nothing so far, for states of this shape.
  package init(of sublayer: Sublayer, like states: Matrix) {
    self.init(of: sublayer, rows: states.rows, columns: states.columns)
  }

  /// Nothing so far, for so many tokens of so many features.
  package init(of sublayer: Sublayer, rows: Int, columns: Int) {
    sums = sublayer.branches.map { _ in nil }
    shape = (rows, columns)
  }

  /// Adds what a pathway's writer puts out for the selected tokens.
  package mutating func add(_ written: Matrix, of index: PathwayIndex, for selection: Selection) {
    if let tokens = selection.tokens {
      var sum = sums[index.branch] ?? Matrix(rows: shape.rows, columns: shape.columns)
      sums[index.branch] = nil  // so that it isn't copied
      sum.addRows(of: written, to: tokens)
      sums[index.branch] = sum
    } else if sums[index.branch] == nil {
      sums[index.branch] = written
    } else {
      sums[index.branch]! += written
    }
  }

  /// A branch's sum, (tokens, hidden).
  package subscript(branch: Int) -> Matrix {
    get { sums[branch] ?? Matrix(rows: shape.rows, columns: shape.columns) }
    set { sums[branch] = newValue }
  }
}
