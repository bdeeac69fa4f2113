import Checkpoints
import Tensors

/// Where a model's weights come from: a checkpoint as it is, or a quantized one decoded.
package protocol WeightSource: Sendable {
  /// A layer's weights, input-major: (in, out).
  func weights(of linear: Linear) throws -> Matrix

  /// A bias or a norm's weight, (count).
  func vector(_ tensor: String, count: Int) throws -> [Float]

  /// Rows of the embedding, (tokens, width), one per token id.
  func embeddings(of tokens: [Int32], in tensor: String, width: Int) throws -> Matrix
}

/// The weights of a checkpoint in f32, f16 or bf16.
package struct CheckpointWeights: WeightSource {
  /// The folder, in which layers are (out, in).
  package let checkpoint: Checkpoint

  package init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

  /// Transposes what is stored. Throws `CheckpointError` for another shape or type.
  package func weights(of linear: Linear) throws -> Matrix {
    try checkpoint.transposedMatrix(
      linear.weightTensor, rows: linear.outputs, columns: linear.inputs)
  }

  package func vector(_ tensor: String, count: Int) throws -> [Float] {
    try checkpoint.floats(tensor, shape: [count])
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
}
