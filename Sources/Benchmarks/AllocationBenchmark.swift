import BitAllocation
import Foundation
import Tensors

/// How fast allocations are made.
enum AllocationBenchmark {
  /// A table of a model's size: the seven layers of so many blocks, errors that fall about fourfold
  /// per bit, with noise.
  static func problem(layers: Int, options: Int, seed: UInt64) -> AllocationProblem {
    var generator = SeededGenerator(seed: seed)
    let shapes = [
      4096 * 4096, 1024 * 4096, 1024 * 4096, 4096 * 4096, 4096 * 14336, 4096 * 14336, 14336 * 4096,
    ]
    let table = (0..<layers).map { index in
      let weights = shapes[index % shapes.count]
      let sensitivity = exp(2 * Double(generator.nextNormal()))
      return AllocationProblem.Layer(
        name: "layer \(index)", weights: weights, role: "role \(index % 7)", block: index / 7,
        options: (0..<options).map { option in
          let bits = 2 + 6 * (Double(option) + generator.nextUniform()) / Double(options)
          let noise = exp(0.15 * Double(generator.nextNormal()))
          return .init(
            name: "\(option)", bits: Int(bits * Double(weights)),
            error: sensitivity * pow(4, -bits) * noise)
        })
    }
    return AllocationProblem(layers: table, budget: 0)
  }

  static func run() {
    print("Exact allocation, synthetic tables, times of one thread in milliseconds\n")
    print("table        preparation   solve median   p99      2000 budgets   proven")
    for (layers, options) in [(504, 100), (504, 300), (1000, 300)] {
      let problem = problem(layers: layers, options: options, seed: 1)
      let preparations = (0..<15).map { _ in milliseconds { _ = ExactSolver(problem.layers) } }
      let solver = ExactSolver(problem.layers)
      let span = problem.largestBits - problem.smallestBits
      let smallest = problem.smallestBits
      let budgets = (0..<2000).map { smallest + (2 * $0 + 1) * (span / 4000) }
      var proven = 0
      var solves: [Double] = []
      let all = milliseconds {
        for budget in budgets {
          solves.append(
            milliseconds { if solver.solution(budget: budget).isProven { proven += 1 } })
        }
      }
      solves.sort()
      print(
        "\(layers) × \(options)".padding(toLength: 13, withPad: " ", startingAt: 0)
          + String(
            format: "%-14.2f%-15.3f%-9.3f%-15.0f", preparations.sorted()[7],
            solves[solves.count / 2], solves[solves.count * 99 / 100], all)
          + "\(proven) of \(budgets.count)")
    }
  }
}
