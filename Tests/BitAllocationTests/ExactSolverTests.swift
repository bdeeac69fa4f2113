import BitAllocation
import Tensors
import Testing

@Suite("The frontier")
struct ExactSolverTests {
  @Test("has corners that no allocation of their size beats", arguments: TableKind.allCases)
  func hasOptimalCorners(kind: TableKind) throws {
    for seed in 0..<200 {
      var problem = AllocationProblem.random(kind, seed: UInt64(seed))
      let solver = ExactSolver(problem.layers)
      for point in solver.frontier {
        problem.budget = point.bits
        let solution = solver.solution(budget: point.bits, tolerance: 0)
        let allocation = Allocation(choices: solution.choices)
        #expect(allocation.bits(in: problem) == point.bits)
        #expect(problem.steps(of: allocation) == problem.leastErrorByEnumeration())
        #expect(abs(allocation.error(in: problem) - point.error) <= 1e-9 * point.error + 1e-12)
      }
    }
  }

  @Test("is convex: more bits, less error, at a falling rate", arguments: TableKind.allCases)
  func isConvex(kind: TableKind) {
    for seed in 0..<100 {
      let problem = AllocationProblem.random(
        kind, seed: UInt64(seed), layers: 20...20, options: 8...8)
      let frontier = ExactSolver(problem.layers).frontier
      #expect(frontier.first?.bits == problem.smallestBits)
      #expect(frontier.last?.lambda == 0)
      for (point, next) in zip(frontier, frontier.dropFirst()) {
        #expect(point.bits < next.bits)
        #expect(point.error > next.error)
        #expect(point.lambda >= next.lambda)
        let saved = point.lambda * Double(next.bits - point.bits)
        #expect(abs(saved - (point.error - next.error)) <= 1e-6 * saved + 1e-12)
      }
    }
  }

  @Test("is walked one layer at a time")
  func isWalkedLayerByLayer() throws {
    let problem = AllocationProblem.random(seed: 4, layers: 12...12, options: 6...6)
    let frontier = ExactSolver(problem.layers).frontier
    var choices = problem.layers.map { layer in
      layer.options.indices.min { layer.options[$0].bits < layer.options[$1].bits }!
    }
    #expect(frontier[0].change == nil)
    for point in frontier.dropFirst() {
      let change = try #require(point.change)
      choices[change.layer] = change.option
      #expect(Allocation(choices: choices).bits(in: problem) == point.bits)
    }
  }

  @Test("solves any number of budgets as one at a time, with falling errors")
  func solvesManyBudgets() throws {
    var problem = AllocationProblem.random(seed: 9, layers: 40...40, options: 12...12)
    let solver = ExactSolver(problem.layers)
    var last = Double.infinity
    for step in 0...1000 {
      problem.budget =
        problem.smallestBits + (problem.largestBits - problem.smallestBits) * step / 1000
      let solution = solver.solution(budget: problem.budget)
      if step % 100 == 0 {
        #expect(try ExactStrategy().allocate(problem).choices == solution.choices)
      }
      let error = Allocation(choices: solution.choices).error(in: problem)
      #expect(error <= last * (1 + 1e-9))
      last = error
    }
  }
}
