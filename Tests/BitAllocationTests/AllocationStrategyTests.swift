import BitAllocation
import Foundation
import Testing

/// Every strategy, with less annealing than ExLlamaV2 does.
let testedStrategies = allAllocationStrategies.map { strategy -> any AllocationStrategy in
  guard var annealing = strategy as? AnnealingStrategy else { return strategy }
  (annealing.runs, annealing.temperatures, annealing.proposals) = (3, 40, 20)
  return annealing
}

@Suite("Every allocation strategy")
struct AllocationStrategyTests {
  @Test("keeps the budget", arguments: allAllocationStrategies.indices, TableKind.allCases)
  func keepsTheBudget(strategy: Int, kind: TableKind) throws {
    for seed in 0..<200 {
      let problem = AllocationProblem.random(kind, seed: UInt64(seed))
      let allocation = try testedStrategies[strategy].allocate(problem)
      #expect(allocation.choices.count == problem.layers.count)
      #expect(allocation.bits(in: problem) <= problem.budget, "seed \(seed)")
    }
  }

  @Test("is never better than the exact one", arguments: allAllocationStrategies.indices)
  func isNeverBetterThanExact(strategy: Int) throws {
    for seed in 0..<200 {
      let problem = AllocationProblem.random(seed: UInt64(seed), layers: 5...30)
      let exact = try ExactStrategy(tolerance: 0).allocate(problem)
      let allocation = try testedStrategies[strategy].allocate(problem)
      #expect(problem.steps(of: allocation) >= problem.steps(of: exact), "seed \(seed)")
    }
  }

  @Test("chooses the same for the same problem", arguments: allAllocationStrategies.indices)
  func isDeterministic(strategy: Int) throws {
    let problem = AllocationProblem.random(.tied, seed: 7, layers: 20...20, options: 5...5)
    let strategy = testedStrategies[strategy]
    #expect(try strategy.allocate(problem) == strategy.allocate(problem))
  }

  @Test("takes the smallest and the largest budget", arguments: allAllocationStrategies.indices)
  func takesTheEndsOfTheInterval(strategy: Int) throws {
    var problem = AllocationProblem.random(seed: 3, layers: 4...4, options: 4...4)
    problem.budget = problem.smallestBits
    let smallest = try testedStrategies[strategy].allocate(problem)
    #expect(smallest.bits(in: problem) == problem.smallestBits)

    problem.budget = problem.largestBits
    let largest = try testedStrategies[strategy].allocate(problem)
    #expect(largest.bits(in: problem) == problem.largestBits)
  }

  @Test("refuses sizes that cannot be reached", arguments: allAllocationStrategies.indices)
  func refusesUnreachableSizes(strategy: Int) throws {
    var problem = AllocationProblem.random(seed: 3, layers: 4...4, options: 4...4)
    for budget in [-1, 0, problem.smallestBits - 1, problem.largestBits + 1] {
      problem.budget = budget
      let expected = AllocationError.unreachable(
        layers: 4, bitsPerWeight: Double(budget) / Double(problem.weights),
        reachable: problem.reachableBitsPerWeight)
      #expect(throws: expected) { try testedStrategies[strategy].allocate(problem) }
    }
  }

  @Test func hasItsOwnName() {
    #expect(Set(allAllocationStrategies.map(\.name)).count == allAllocationStrategies.count)
  }

  @Test func isInTheList() throws {
    let listed = allAllocationStrategies.map { String(describing: type(of: $0)) }
    let package = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let files = try FileManager.default.contentsOfDirectory(
      at: package.appending(path: "Sources/BitAllocation/Strategies"),
      includingPropertiesForKeys: nil)
    #expect(Set(files.map { $0.deletingPathExtension().lastPathComponent }) == Set(listed))
  }
}
