import Tensors

/// A linear layer's weights in memory.
struct LoadedLinear: Sendable {
  var weights: Matrix  // (in, out)
  let bias: [Float]?  // (out)

  init(_ linear: Linear, from source: any WeightSource) throws {
    weights = try source.weights(of: linear)
    bias = try source.bias(of: linear)
  }

  func output(reading input: Matrix) -> Matrix {
    var output = input * weights
    if let bias { output.addToRows(bias) }
    return output
  }
}
