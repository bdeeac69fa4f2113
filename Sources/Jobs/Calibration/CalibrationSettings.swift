/// How many rows, of what length, chosen by which seed.
package struct CalibrationSettings: Sendable, Equatable {
  /// Rows in all, the random ones included; fewer if the text doesn't make so many.
  package var rows: Int
  /// Tokens per row, BOS included.
  package var tokens: Int
  /// What the choice of rows and the random ones depend on.
  package var seed: UInt64
  /// Rows of uniformly random tokens, which keep a quantizer from specialising on the texts; nil for
  /// one row in thirty-two.
  package var randomRows: Int?

  package init(rows: Int = 64, tokens: Int = 512, seed: UInt64 = 1, randomRows: Int? = 0) {
    self.rows = rows
    self.tokens = tokens
    self.seed = seed
    self.randomRows = randomRows
  }

  /// How many random rows go with a text of so many rows.
  ///
  /// Throws `JobError` if they would leave no room for text.
  func randomRows(besides textRows: Int) throws -> Int {
    if let randomRows {
      guard (0..<rows).contains(randomRows) else {
        throw JobError.tooManyRandomRows(requested: randomRows, rows: rows)
      }
      return randomRows
    }
    let total = min(rows, textRows + (textRows + 30) / 31)
    return total > 1 ? (total + 31) / 32 : 0
  }
}
