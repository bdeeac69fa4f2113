import BitAllocation
import Tensors
import Testing

@Suite("A random allocation")
struct RandomAllocationTests {
  @Test("keeps the budget, and leaves no room for an upgrade", arguments: 0..<50)
  func keepsTheBudget(seed: Int) throws {
    let problem = AllocationProblem.random(seed: UInt64(seed))
    var generator = SeededGenerator(seed: UInt64(seed))
    let allocation = try problem.randomAllocation(using: &generator)
    let slack = problem.budget - allocation.bits(in: problem)
    #expect(slack >= 0)
    for (layer, choice) in zip(problem.layers, allocation.choices) {
      let chosen = layer.options[choice]
      // Nothing beats what was chosen.
      #expect(
        !layer.options.contains {
          ($0.bits <= chosen.bits && $0.error < chosen.error)
            || ($0.bits < chosen.bits && $0.error <= chosen.error)
        })
      // The next one that is better doesn't fit.
      let next = layer.options.filter { $0.error < chosen.error }.map(\.bits).min()
      #expect(next.map { $0 - chosen.bits > slack } ?? true)
    }
  }

  @Test func isAnotherEachTimeAndTheSameForASeed() throws {
    let problem = AllocationProblem.random(seed: 3, layers: 30...30, options: 5...5)
    func choices(_ seed: UInt64) throws -> [Int] {
      var generator = SeededGenerator(seed: seed)
      return try problem.randomAllocation(using: &generator).choices
    }
    #expect(try choices(1) == choices(1))
    #expect(try Set((0..<10).map(choices)).count > 5)
  }

  @Test func needsABudgetThatCanBeKept() {
    var problem = AllocationProblem.random(seed: 3)
    problem.budget = problem.smallestBits - 1
    var generator = SeededGenerator(seed: 1)
    #expect(throws: AllocationError.self) { try problem.randomAllocation(using: &generator) }
  }
}
