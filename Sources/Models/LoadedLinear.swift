import Tensors

/// A linear layer's weights in memory.
struct LoadedLinear: Sendable {
  var weights: Matrix {  // (in, out)
    didSet { packed = packed.map { PackedMatrix(weights: weights, for: $0.unit) } }
  }
  /// The same for the unit that multiplies with them, unless that is OpenBLAS.
  private var packed: PackedMatrix?
  let bias: [Float]?  // (out)

  init(
    _ linear: Linear, from source: any WeightSource, on unit: MatrixUnit = .current
  ) throws {
    weights = try source.weights(of: linear)
    bias = try source.bias(of: linear)
    if unit != .portable { packed = PackedMatrix(weights: weights, for: unit) }
  }

  func output(reading input: Matrix) -> Matrix {
    var output = packed?.product(reading: input) ?? input * weights
    if let bias { output.addToRows(bias) }
    return output
  }
}
