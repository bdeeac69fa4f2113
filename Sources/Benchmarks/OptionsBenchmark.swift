import Foundation
import Quantization
import Tensors

/// What measuring a layer under all options of the built-in menu costs, in operations and in time.
enum OptionsBenchmark {
  /// What `bpw measure` calibrates with unless told otherwise: 64 rows of 512; and rows of 2048.
  private static let tokens = [32_768, 131_072]

  static func run() throws {
    let menu = try OptionMenu(contentsOf: URL(fileURLWithPath: "qparams/exl2.json")).options
    print(
      "\(menu.count) options of qparams/exl2.json; operations of carrying errors on, in² · out\n")
    print("in      separate runs   what remains   share")
    for inputs in [1024, 2048, 4096, 11008] {
      let share = try OptionTree(menu, inputs: inputs).remainingShare
      print(
        "\(inputs)".padded(8)
          + String(
            format: "%-16d%-15.1f%.2f", menu.count, share * Double(menu.count), share))
    }

    print(
      """

      Measuring against quantizing once: a square layer, forward pass, Hessian and factor; then,
      measuring, all options and the products with 32 sketched tokens of 64 rows that share errors
      out; or, quantizing, GPTQ and the forward pass of what came of it. GFlop

      in      tokens    forward   Hessian   factor   GPTQ     options   sketches  measure / quantize
      """)
    for inputs in [1024, 4096, 11008] {
      let share = try OptionTree(menu, inputs: inputs).remainingShare
      for count in tokens {
        let (d, t) = (Double(inputs), Double(count))
        let (forward, hessian, factor) = (2 * t * d * d, t * d * d, 2 * d * d * d / 3)
        let (gptq, all) = (d * d * d, share * Double(menu.count) * d * d * d)
        let sketches = Double(menu.count) * 2 * 64 * 32 * d * d
        let ratio =
          (forward + hessian + factor + all + sketches) / (2 * forward + hessian + factor + gptq)
        print(
          "\(inputs)".padded(8) + "\(count)".padded(10)
            + String(
              format: "%-10.0f%-10.0f%-9.1f%-9.1f%-10.0f%-10.0f%.2f", forward / 1e9,
              hessian / 1e9, factor / 1e9, gptq / 1e9, all / 1e9, sketches / 1e9, ratio))
      }
    }

    let (inputs, outputs) = (1024, 1024)
    let factor = try ProductBenchmark.sampleHessian(inputs: inputs).factor()
    let weights = randomMatrix(inputs, outputs, seed: 5, size: 0.02)
    let separate = try medianMilliseconds(runs: 3) {
      for option in menu { _ = try gptq(weights, factor: factor, option: option) }
    }
    let together = try medianMilliseconds(runs: 3) {
      _ = try gptq(weights, factor: factor, options: menu) { $1.error }
    }
    print(
      String(
        format: "\n%d × %d, all options: %.0f ms in separate runs, %.0f ms together: %.2f", inputs,
        outputs, separate, together, together / separate))
  }
}
