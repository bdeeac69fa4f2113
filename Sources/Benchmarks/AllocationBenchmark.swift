import BitAllocation
import Foundation
import Tensors

/// How fast allocations are made.
enum AllocationBenchmark {
  static func run() {
    print("Exact allocation of synthetic tables; milliseconds of one thread\n")
    print("table        preparation   solve: median   99 %     largest   2000 budgets   proven")
    for (layers, options) in [(504, 100), (504, 300), (1000, 300)] {
      realistic(layers: layers, options: options)
    }
    print("\nTables made to stall the search: errors that are a constant minus the bits\n")
    print("layers × options   solve       gap, as a share of the bound   proven")
    for (layers, options) in [(60, 2), (200, 20), (504, 100)] {
      adversarial(layers: layers, options: options)
    }
  }

  private static func realistic(layers: Int, options: Int) {
    let problem = problem(layers: layers, options: options, seed: 1)
    let preparations = (0..<15).map { _ in milliseconds { _ = ExactSolver(problem.layers) } }
    let solver = ExactSolver(problem.layers)
    let smallest = problem.smallestBits
    let span = problem.largestBits - smallest
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
          format: "%-14.2f%-16.3f%-9.3f%-10.3f%-15.0f", preparations.sorted()[7],
          solves[solves.count / 2], solves[solves.count * 99 / 100], solves[solves.count - 1], all)
        + "\(proven) of \(budgets.count)")
  }

  private static func adversarial(layers: Int, options: Int) {
    var generator = SeededGenerator(seed: 2)
    let top = 1 << 33
    var problem = AllocationProblem(
      layers: (0..<layers).map { index in
        .init(
          name: "layer \(index)", weights: 1 << 30,
          options: (0..<options).map { option in
            let bits = 2 * (1 + generator.next(below: 1 << 31))
            return .init(name: "\(option)", bits: bits, error: Double(top - bits))
          })
      }, budget: 0)
    problem.budget = (problem.smallestBits + problem.largestBits) / 2 | 1
    let solver = ExactSolver(problem.layers)
    var solution: ExactSolver.Solution?
    let time = milliseconds { solution = solver.solution(budget: problem.budget, tolerance: 0) }
    guard let solution else { return }
    let error = Allocation(choices: solution.choices).error(in: problem)
    let bound = problem.lowerBound(lambda: solution.lambda)
    print(
      "\(layers) × \(options)".padding(toLength: 19, withPad: " ", startingAt: 0)
        + String(format: "%-12.0f%-31.1e", time, (error - bound) / bound)
        + (solution.isProven ? "yes" : "no"))
  }

  /// A table of a model's size: the seven layers of so many blocks, errors that fall about fourfold
  /// per bit, with noise; options in no order.
  private static func problem(layers: Int, options: Int, seed: UInt64) -> AllocationProblem {
    var generator = SeededGenerator(seed: seed)
    let shapes = [
      4096 * 4096, 1024 * 4096, 1024 * 4096, 4096 * 4096, 4096 * 14336, 4096 * 14336, 14336 * 4096,
    ]
    let table = (0..<layers).map { index in
      let weights = shapes[index % shapes.count]
      let sensitivity = exp(2 * Double(generator.nextNormal()))
      var all = (0..<options).map { option in
        let bits = 2 + 6 * (Double(option) + generator.nextUniform()) / Double(options)
        let noise = exp(0.15 * Double(generator.nextNormal()))
        return AllocationProblem.Option(
          name: "\(option)", bits: Int(bits * Double(weights)),
          error: sensitivity * pow(4, -bits) * noise)
      }
      generator.shuffle(&all)
      return AllocationProblem.Layer(
        name: "layer \(index)", weights: weights, role: "role \(index % 7)", block: index / 7,
        options: all)
    }
    return AllocationProblem(layers: table, budget: 0)
  }
}
