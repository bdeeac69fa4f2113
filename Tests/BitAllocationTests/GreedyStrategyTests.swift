import BitAllocation
import Testing

@Suite("The greedy strategy")
struct GreedyStrategyTests {
  @Test func jumpsOverOptionsThatSaveLessPerBit() throws {
    let layer = AllocationProblem.Layer(
      name: "layer", weights: 10,
      options: [
        .init(name: "2", bits: 20, error: 1), .init(name: "3", bits: 30, error: 0.9),
        .init(name: "4", bits: 40, error: 0),
      ])
    let problem = AllocationProblem(layers: [layer], budget: 40)
    #expect(try GreedyStrategy().allocate(problem).choices == [2])
  }

  @Test("leaves nothing that fits and helps", arguments: 0..<100)
  func leavesNothingThatFits(seed: Int) throws {
    let problem = AllocationProblem.random(.arbitrary, seed: UInt64(seed), layers: 5...20)
    let allocation = try GreedyStrategy().allocate(problem)
    let slack = problem.budget - allocation.bits(in: problem)
    for (layer, current) in zip(problem.layers, allocation.options(in: problem)) {
      let better = layer.options.filter { $0.error < current.error - 1e-12 }
      #expect(better.allSatisfy { $0.bits > current.bits + slack })
    }
  }
}
