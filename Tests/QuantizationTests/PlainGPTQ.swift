import Foundation
import Quantization
import Tensors

/// GPTQ on one page, in double precision, row after row, with the scales it is given: the oracle.
struct PlainGPTQ {
  private(set) var codes: [[Int]] = []  // (in, out), packed order
  /// By how much rounding in single precision may have moved a weight before it was rounded, in
  /// multiples of its scale, (in, out).
  private(set) var noise: [[Double]] = []
  /// Where each weight lay when it was rounded, in multiples of its scale, (in, out).
  private(set) var places: [[Double]] = []
  /// `Σ e²`, (out), in the units of the Hessian.
  private(set) var errors: [Double]

  init(
    _ weights: Matrix, factor: HessianFactor, groups: [Group], scales: (Int) -> [Float]
  ) {
    let (u, n) = (factor.upper, weights.columns)
    errors = [Double](repeating: 0, count: n)
    var open = factor.permutation.map { weights.row($0).map(Double.init) }
    var moved = open.map { $0.map(abs) }  // sum of the magnitudes that were added up
    for (index, group) in groups.enumerated() {
      let (zero, scale) = (Double(1 << (group.bits - 1)), scales(index).map(Double.init))
      for i in group.rows {
        let place = (0..<n).map { scale[$0] > 0 ? open[i][$0] / scale[$0] : 0 }
        let code = place.map { min(max($0.rounded(.toNearestOrEven), -zero), zero - 1) }
        let error = (0..<n).map { j in
          (open[i][j] - Double(Float16(code[j] * scale[j]))) / Double(u[i, i])
        }
        for later in i + 1..<max(weights.rows, i + 1) {
          for j in 0..<n {
            let change = Double(u[i, later]) * error[j]
            open[later][j] -= change
            moved[later][j] += abs(change)
          }
        }
        for j in 0..<n { errors[j] += error[j] * error[j] * factor.unit }
        codes.append(code.map { Int($0 + zero) })
        places.append(place)
        // The usual bound for a sum of n products, each with a factor that has an error of its own.
        noise.append(
          (0..<n).map { j in
            scale[j] > 0 ? Double(i + 2) * 0x1p-23 * moved[i][j] / scale[j] : 0
          })
      }
    }
  }
}
