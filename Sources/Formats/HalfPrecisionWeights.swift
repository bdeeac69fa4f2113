import Models
import Tensors

/// Weights as a format that stores 16-bit floats leaves them: linear layers untouched (they are
/// quantized from the original), everything else rounded.
struct HalfPrecisionWeights: WeightSource {
  let source: any WeightSource

  func weights(of linear: Linear) throws -> Matrix { try source.weights(of: linear) }

  func bias(of linear: Linear) throws -> [Float]? {
    try source.bias(of: linear).map(NumberFormat.roundedToBinary16)
  }

  func floats(_ tensor: String, shape: [Int]) throws -> [Float] {
    NumberFormat.roundedToBinary16(try source.floats(tensor, shape: shape))
  }

  func embeddings(of tokens: [Int32], in tensor: String, width: Int) throws -> Matrix {
    let rows = try source.embeddings(of: tokens, in: tensor, width: width)
    return Matrix(
      rows: rows.rows, columns: rows.columns,
      elements: NumberFormat.roundedToBinary16(rows.elements))
  }

  func prefetch(_ linears: [Linear]) { source.prefetch(linears) }

  func checkUnchanged() throws { try source.checkUnchanged() }
}
