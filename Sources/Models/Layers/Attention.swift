import Tensors

/// Causal attention with grouped queries: what happens between q, k, v and o.
package struct Attention: Sendable {
  /// Of queries.
  package let heads: Int
  /// Of keys and values; as many consecutive query heads share each as `heads` is a multiple of
  /// this.
  package let keyValueHeads: Int
  /// Features of a head, in queries, keys and values alike.
  package let headDimension: Int
  /// How queries and keys are turned by their positions.
  package let rope: RotaryEmbedding
  /// How many positions a query sees, itself included; nil for all.
  package let window: Int?

  package init(
    heads: Int, keyValueHeads: Int, headDimension: Int, rope: RotaryEmbedding, window: Int? = nil
  ) {
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.rope = rope
    self.window = window
  }

  /// The attention output, (tokens, heads · headDimension), of one sequence.
  ///
  /// Queries are taken in blocks, so that scores need memory for a block of rows and keys that no
  /// query of the block can see cost nothing.
  func callAsFunction(query: Matrix, key: Matrix, value: Matrix, tables: RotaryTables) -> Matrix {
    /// Enough rows for the matrix products, few enough for the scores to stay in cache.
    let blockRows = 128
    let tokens = query.rows
    let query = rotated(query, heads: heads, tables)
    let key = rotated(key, heads: keyValueHeads, tables)
    let scale = 1 / Float(headDimension).squareRoot()

    var output = Matrix(rows: tokens, columns: heads * headDimension)
    var scores = Matrix(rows: min(blockRows, tokens), columns: tokens)
    for start in stride(from: 0, to: tokens, by: blockRows) {
      let queries = start..<min(start + blockRows, tokens)
      let keys = firstVisible(from: start)..<queries.upperBound
      if scores.rows != queries.count || scores.columns != keys.count {
        scores = Matrix(rows: queries.count, columns: keys.count)
      }
      for head in 0..<heads {
        let columns = head * headDimension..<(head + 1) * headDimension
        let shared = head * keyValueHeads / heads
        let sharedColumns = shared * headDimension..<(shared + 1) * headDimension
        scores.setProduct(
          query.part(rows: queries, columns: columns),
          key.part(rows: keys, columns: sharedColumns).transposed, scale: scale)
        scores.softmaxRows(queries.count) { row in
          let position = start + row
          return firstVisible(from: position) - keys.lowerBound..<position + 1 - keys.lowerBound
        }
        output.setProduct(
          scores.part(), value.part(rows: keys, columns: sharedColumns),
          row: start, column: columns.lowerBound)
      }
    }
    return output
  }

  private func firstVisible(from position: Int) -> Int {
    window.map { max(0, position - $0 + 1) } ?? 0
  }

  private func rotated(_ states: Matrix, heads: Int, _ tables: RotaryTables) -> Matrix {
    var states = states
    for head in 0..<heads {
      states.rotatePairs(
        from: head * headDimension, cosines: tables.cosines, sines: tables.sines)
    }
    return states
  }
}
