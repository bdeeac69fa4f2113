import Foundation
import Quantization
import Synchronization
import Tensors

/// One layer through GPTQ, the search for scales apart.
enum GPTQBenchmark {
  static func run() throws {
    let peak = Peak()
    print("Useful operations: in² · out, of carrying errors on. Rest: all but the scale search.\n")
    print(
      "in × out      layout                    GFlop   total: ms  of peak   rest: ms  of peak   "
        + "search: ms")
    for (inputs, outputs) in [(1024, 2048), (2048, 256), (2048, 2048), (4096, 1024), (4096, 4096)] {
      let factor = try ProductBenchmark.sampleHessian(inputs: inputs).factor()
      let weights = randomMatrix(inputs, outputs, seed: 4, size: 0.02)
      for layout in ["1:4b_128g s4", "0.1:4b_32g/0.9:3b_32g s4"] {
        try measure(weights, factor, layout: layout, peak: peak)
      }
    }
  }

  private static func measure(
    _ weights: Matrix, _ factor: HessianFactor, layout: String, peak: Peak
  ) throws {
    let option = try QParams(parsing: layout)
    let flops = Double(weights.rows) * Double(weights.rows) * Double(weights.columns)
    var (totals, searches): ([Double], [Double]) = ([], [])
    let rest = try peak.share(runs: flops > 3e10 ? 3 : 5) {
      let search = TimedSearch()
      let total = try milliseconds {
        _ = try gptq(weights, factor: factor, option: option, search: search)
      }
      totals.append(total)
      searches.append(search.spent)
      return flops / (total - search.spent) / 1e6
    }
    let total = median(totals)
    print(
      "\(weights.rows) × \(weights.columns)".padded(14) + layout.padded(26)
        + String(
          format: "%-8.1f%-11.0f%-10.2f%-10.0f%-10.2f%.0f", flops / 1e9, total,
          flops / total / 1e6 / rest.peak, flops / rest.rate / 1e6, rest.ratio, median(searches)))
  }
}

/// The usual search, with a watch.
private final class TimedSearch: ScaleSearch {
  private let time = Mutex(0.0)

  /// What the search took so far, in milliseconds.
  var spent: Double { time.withLock { $0 } }

  func scales(for group: OpenGroup) -> GroupScales {
    var scales: GroupScales?
    let spent = milliseconds { scales = JointScaleSearch().scales(for: group) }
    time.withLock { $0 += spent }
    return scales!
  }
}
