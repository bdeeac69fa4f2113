import Foundation
import Quantization
import Tensors

/// Products as they occur in forward passes, Hessians, and their factors.
enum ProductBenchmark {
  static func run() throws {
    let peak = Peak()
    print("tokens × in × out    forward: GFlop   GF/s    of peak")
    for (tokens, inputs, outputs) in [
      (2048, 1024, 4096), (2048, 4096, 1024), (2048, 4096, 4096), (333, 640, 1720),
    ] {
      let x = randomMatrix(tokens, inputs, seed: 1)
      let weights = randomMatrix(inputs, outputs, seed: 2, size: 0.02)
      let flops = 2 * Double(tokens * inputs * outputs)
      let share = peak.share(flops: flops) { _ = x * weights }
      line("\(tokens) × \(inputs) × \(outputs)", 21, flops, share)
    }

    print("\ntokens × in          Hessian: GFlop   GF/s    of peak   (the half that is computed)")
    for (tokens, inputs) in [(2048, 256), (2048, 1024), (2048, 2048), (2048, 4096)] {
      let x = randomMatrix(tokens, inputs, seed: 3)
      var hessian = Hessian(inputs: inputs)
      let flops = Double(tokens) * Double(inputs) * Double(inputs + 1)
      let share = peak.share(flops: flops) { hessian.add(x) }
      line("\(tokens) × \(inputs)", 21, flops, share)
    }

    print("\nin                   factor: GFlop    GF/s    of peak   (d³/3 each for POTRF, TRTRI)")
    for inputs in [1024, 2048, 4096] {
      let hessian = sampleHessian(inputs: inputs)
      let flops = 2 * pow(Double(inputs), 3) / 3
      let share = try peak.share(flops: flops, runs: inputs > 2048 ? 3 : 5) {
        _ = try hessian.factor(damping: 0.01)
      }
      line("\(inputs)", 21, flops, share)
    }
  }

  private static func line(_ name: String, _ width: Int, _ flops: Double, _ share: Peak.Share) {
    print(
      name.padded(width)
        + String(format: "%-17.2f%-8.1f%.2f", flops / 1e9, share.rate, share.ratio))
  }

  /// The Hessian of inputs that are correlated and of different sizes.
  static func sampleHessian(inputs: Int) -> Hessian {
    var random = SeededGenerator(seed: 7)
    let sizes = (0..<inputs).map { _ in expf(random.nextNormal()) }
    let tokens = inputs + inputs / 4
    let x = Matrix(rows: tokens, columns: inputs) { target in
      for token in 0..<tokens {
        var last: Float = 0
        for input in 0..<inputs {
          last = 0.7 * last + 0.7 * random.nextNormal()
          target[token * inputs + input] = last * sizes[input]
        }
      }
    }
    var hessian = Hessian(inputs: inputs)
    hessian.add(x)
    return hessian
  }
}
