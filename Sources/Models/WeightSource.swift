import Checkpoints
import Tensors

/// Where a model's weights come from: a checkpoint as it is, or a quantized one decoded.
package protocol WeightSource: Sendable {
  /// A layer's weights, input-major: (in, out).
  func weights(of linear: Linear) throws -> Matrix

  /// A layer's bias, (out), if it has one.
  func bias(of linear: Linear) throws -> [Float]?

  /// The elements of a tensor that isn't a layer's, such as a norm's.
  func floats(_ tensor: String, shape: [Int]) throws -> [Float]

  /// Rows of the embedding, (tokens, width), one per token id.
  func embeddings(of tokens: [Int32], in tensor: String, width: Int) throws -> Matrix

  /// Lets the system read layers' weights in the background, while something else is computed.
  func prefetch(_ linears: [Linear])

  /// Throws if the files have been changed since they were opened.
  func checkUnchanged() throws
}

extension WeightSource {
  package func prefetch(_ linears: [Linear]) {}
  package func checkUnchanged() throws {}
}

/// The weights of a checkpoint in f32, f16 or bf16.
package struct CheckpointWeights: WeightSource {
  /// The folder, in which layers are (out, in).
  package let checkpoint: Checkpoint

  package init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

  /// Transposes what is stored. Throws `CheckpointError` for another shape or type.
  package func weights(of linear: Linear) throws -> Matrix {
    try checkpoint.transposedMatrix(
      linear.weight.tensor, shape: linear.weight.shape, rows: linear.weight.rows.ranges)
  }

  package func bias(of linear: Linear) throws -> [Float]? {
    guard let bias = linear.bias else { return nil }
    let values = try checkpoint.floats(bias.tensor, shape: bias.shape)
    return bias.rows.ranges.flatMap { values[$0] }
  }

  package func floats(_ tensor: String, shape: [Int]) throws -> [Float] {
    try checkpoint.floats(tensor, shape: shape)
  }

  /// Reads the rows of these tokens only.
  package func embeddings(of tokens: [Int32], in tensor: String, width: Int) throws -> Matrix {
    let rows = try checkpoint.tensor(tensor)
    var result = Matrix(rows: tokens.count, columns: width)
    for (index, token) in tokens.enumerated() {
      let row = Int(token)
      result.replaceRows(from: index, with: try rows.rows(row..<row + 1).matrix())
    }
    return result
  }

  package func prefetch(_ linears: [Linear]) {
    for name in Set(linears.map(\.weight.tensor)) { try? checkpoint.tensor(name).prefetch() }
  }

  package func checkUnchanged() throws { try checkpoint.checkUnchanged() }
}
