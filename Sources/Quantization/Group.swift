/// A run of packed rows, each one input feature, that share a width and one scale per column.
package struct Group: Hashable, Sendable {
  /// The width of its codes.
  package let bits: Int
  /// Positions in the order of the permutation.
  package let rows: Range<Int>

  package init(bits: Int, rows: Range<Int>) {
    self.bits = bits
    self.rows = rows
  }

  /// The 32-bit words that the codes of one column take.
  package var words: Int { rows.count * bits / 32 }
}
