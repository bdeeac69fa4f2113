import Tensors

/// An attention with its norms' weights and its tables in memory.
struct LoadedAttention: Sendable {
  private let attention: Attention
  private let queryNorm: LoadedNorm?
  private let keyNorm: LoadedNorm?
  private let tables: RotaryTables?

  /// `length` is the longest sequence that will be run.
  init(_ attention: Attention, from source: any WeightSource, length: Int) throws {
    self.attention = attention
    queryNorm = try attention.queryNorm.map { try LoadedNorm($0, from: source) }
    keyNorm = try attention.keyNorm.map { try LoadedNorm($0, from: source) }
    tables = attention.rope.map { $0.tables(length: length) }
  }

  /// The attention output, (tokens, heads · headDimension), of one sequence.
  ///
  /// Queries are taken in blocks, so that scores need memory for a block of rows and keys that no
  /// query of the block can see cost nothing.
  func callAsFunction(query: Matrix, key: Matrix, value: Matrix) -> Matrix {
    /// Enough rows for the matrix products, few enough for the scores to stay in cache.
    let blockRows = 128
    let (heads, width) = (attention.heads, attention.headDimension)
    let tokens = query.rows
    var query = prepared(query, heads: heads, norm: queryNorm)
    if let scale = attention.queryScale { query.scaleRows(by: scale.values(tokens: tokens)) }
    let key = prepared(key, heads: attention.keyValueHeads, norm: keyNorm)
    let value = clipped(value)

    var output = Matrix(rows: tokens, columns: heads * width)
    var scores = Matrix(rows: min(blockRows, tokens), columns: tokens)
    for start in stride(from: 0, to: tokens, by: blockRows) {
      let queries = start..<min(start + blockRows, tokens)
      let keys = attention.firstVisible(from: start)..<queries.upperBound
      if scores.rows != queries.count || scores.columns != keys.count {
        scores = Matrix(rows: queries.count, columns: keys.count)
      }
      for head in 0..<heads {
        let columns = head * width..<(head + 1) * width
        let shared = head * attention.keyValueHeads / heads
        let sharedColumns = shared * width..<(shared + 1) * width
        scores.setProduct(
          query.part(rows: queries, columns: columns),
          key.part(rows: keys, columns: sharedColumns).transposed, scale: attention.scale)
        if let cap = attention.softCap { scores.apply(.softCap(cap)) }
        if let biases = attention.linearBiases {
          scores.addToRows(biases.values(head: head, keys: keys, scale: attention.scale))
        }
        scores.softmaxRows(queries.count) { row in
          let position = start + row
          let first = attention.firstVisible(from: position)
          return first - keys.lowerBound..<position + 1 - keys.lowerBound
        }
        output.setProduct(
          scores.part(), value.part(rows: keys, columns: sharedColumns),
          row: start, column: columns.lowerBound)
      }
    }
    return output
  }

  /// Queries or keys normalized, clipped and turned.
  private func prepared(_ states: Matrix, heads: Int, norm: LoadedNorm?) -> Matrix {
    var states = clipped(norm.map { $0(states) } ?? states)
    guard let rope = attention.rope, let tables else { return states }
    for head in 0..<heads {
      rope.turn(&states, from: head * attention.headDimension, tables)
    }
    return states
  }

  private func clipped(_ states: Matrix) -> Matrix {
    guard let clip = attention.clip else { return states }
    var states = states
    states.clip(to: clip)
    return states
  }
}
