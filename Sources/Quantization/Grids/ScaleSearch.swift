import Tensors

/// The rule that chooses the scales of one EXL2 group.
package protocol ScaleSearch: Sendable {
  /// Chooses the scales for a group that is about to be rounded.
  func scales(for group: OpenGroup) -> GroupScales
}

/// A group of weights when the errors of all groups before it have arrived and its own rounding
/// is about to begin.
package struct OpenGroup: Sendable {
  /// The values the weights may take.
  package let grid: EXL2Grid
  /// (rows, out), the number of columns a multiple of 16.
  package let weights: Matrix
  /// What a squared rounding error in each row costs, (rows): `1 / U[r, r]²`.
  package let importance: [Float]
  /// The part of row `k`'s rounding error that GPTQ takes off row `r`, (rows, rows), below the
  /// diagonal: `carry[r, k] = U[k, r] / U[k, k]`.
  package let carry: Matrix

  package init(grid: EXL2Grid, weights: Matrix, importance: [Float], carry: Matrix) {
    precondition(weights.columns % 16 == 0 && importance.count == weights.rows)
    precondition(carry.rows == weights.rows && carry.columns == weights.rows)
    self.grid = grid
    self.weights = weights
    self.importance = importance
    self.carry = carry
  }
}

/// The scales of one group as the format stores them.
package struct GroupScales: Equatable, Sendable {
  package let maximum: UInt16  // binary16
  package let codes: [UInt8]  // (out), 0 … 15

  package init(maximum: UInt16, codes: [UInt8]) {
    self.maximum = maximum
    self.codes = codes
  }

  /// The scales that the codes stand for, (out).
  package var values: [Float] {
    let table = EXL2Grid.scales(maximum: maximum)
    return codes.map { table[Int($0)] }
  }
}
