import Foundation
import Quantization
import Tensors

/// Tokens with correlated inputs, some of them far larger than others, (tokens, inputs).
func correlatedActivations(tokens: Int, inputs: Int, seed: UInt64) -> Matrix {
  var random = SeededGenerator(seed: seed)
  let sizes = (0..<inputs).map { _ in expf(random.nextNormal()) }
  return Matrix(rows: tokens, columns: inputs) { target in
    for token in 0..<tokens {
      var last: Float = 0
      for input in 0..<inputs {
        last = 0.7 * last + 0.7 * random.nextNormal()
        target[token * inputs + input] = last * sizes[input]
      }
    }
  }
}

func correlatedHessian(tokens: Int, inputs: Int, seed: UInt64) -> Hessian {
  var hessian = Hessian(inputs: inputs)
  hessian.add(correlatedActivations(tokens: tokens, inputs: inputs, seed: seed))
  return hessian
}

/// Normally distributed weights, (inputs, outputs).
func randomWeights(inputs: Int, outputs: Int, seed: UInt64, size: Float = 0.05) -> Matrix {
  var random = SeededGenerator(seed: seed)
  return Matrix(
    rows: inputs, columns: outputs,
    elements: (0..<inputs * outputs).map { _ in random.nextNormal() * size })
}

/// The option menu that comes with the package.
func shippedMenu() throws -> OptionMenu {
  try OptionMenu(
    contentsOf: URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().appending(path: "../../qparams/exl2.json").standardized)
}
