/// A game of two players: one mixes columns, the other then picks the row with the least mixture.
///
/// The first player's best mixture solves `max over weights of min over rows of row · weights`. With
/// `u = weights / value` that is the linear programme `min Σ u, rows · u ≥ 1, u ≥ 0`, whose dual
/// starts from a feasible corner: the simplex method on that gives `u` as its prices.
/// (Dantzig, "Linear Programming and Extensions", 1963, chapter 13.)
struct MatrixGame {
  /// The weights of the columns: zero or more, together one.
  let mixture: [Double]

  /// `rows` have the same number of columns, with positive numbers.
  init(_ rows: [[Double]]) {
    let columns = rows[0].count
    // One line per column of the game: its rows' numbers, the slacks, the right side.
    var table: [[Double]] = (0..<columns).map { column in
      let slacks: [Double] = (0..<columns).map { $0 == column ? 1 : 0 }
      return rows.map { $0[column] } + slacks + [1]
    }
    var prices = rows.map { _ in -1.0 } + [Double](repeating: 0, count: columns + 1)
    let last = prices.count - 1
    var basis = (0..<columns).map { rows.count + $0 }
    // Bland's rule, the first that helps, can't go in circles; the limit is for rounding errors.
    for _ in 0..<(50 * (rows.count + columns)) {
      guard let entering = prices.dropLast().firstIndex(where: { $0 < -1e-12 }) else { break }
      func ratio(_ line: Int) -> Double { table[line][last] / table[line][entering] }
      let leaving = (0..<columns).filter { table[$0][entering] > 1e-12 }
        .min { (ratio($0), basis[$0]) < (ratio($1), basis[$1]) }
      guard let leaving else { break }
      let pivot = table[leaving][entering]
      table[leaving] = table[leaving].map { $0 / pivot }
      for line in 0..<columns where line != leaving {
        let factor = table[line][entering]
        table[line] = zip(table[line], table[leaving]).map { $0 - factor * $1 }
      }
      let factor = prices[entering]
      prices = zip(prices, table[leaving]).map { $0 - factor * $1 }
      basis[leaving] = entering
    }
    let weights = prices[rows.count..<rows.count + columns].map { max(0, $0) }
    let sum = weights.reduce(0, +)
    mixture = weights.map { sum > 0 ? $0 / sum : 1 / Double(columns) }
  }
}
