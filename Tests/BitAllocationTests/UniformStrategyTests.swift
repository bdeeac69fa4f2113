import BitAllocation
import Testing

@Suite("The uniform strategy")
struct UniformStrategyTests {
  private func layer(_ options: [(String, Int, Double)]) -> AllocationProblem.Layer {
    .init(
      name: options.map(\.0).joined(), weights: 10,
      options: options.map { .init(name: $0.0, bits: $0.1, error: $0.2) })
  }

  @Test func spendsTheRestInOrder() throws {
    let layers = Array(repeating: layer([("2", 20, 4), ("3", 30, 1), ("4", 40, 0)]), count: 4)
    let problem = AllocationProblem(layers: layers, budget: 145)
    #expect(try UniformStrategy().allocate(problem).choices == [2, 2, 1, 1])
  }

  @Test func leavesOutOptionsThatNotAllLayersHave() throws {
    let problem = AllocationProblem(
      layers: [layer([("2", 20, 4), ("3", 30, 1)]), layer([("2", 20, 4), ("4", 40, 0)])],
      budget: 70)
    #expect(try UniformStrategy().allocate(problem).choices == [0, 0])
  }

  @Test func toleratesLayersWithoutAChoice() throws {
    let problem = AllocationProblem(
      layers: [layer([("2", 20, 4), ("3", 30, 1)]), layer([("head", 60, 0)])], budget: 90)
    #expect(try UniformStrategy().allocate(problem).choices == [1, 0])
  }

  @Test func startsBelowTheCommonOptionsIfItMust() throws {
    let problem = AllocationProblem(
      layers: [layer([("1", 10, 9), ("3", 30, 1)]), layer([("2", 20, 4), ("3", 30, 1)])],
      budget: 50)
    #expect(try UniformStrategy().allocate(problem).choices == [1, 0])
  }

  @Test func goesByBitsPerWeightWhereLayersShareNothing() throws {
    let problem = AllocationProblem(
      layers: [
        layer([("2", 20, 4), ("3", 30, 1)]), layer([("2.5", 25, 4), ("3.1", 31, 2), ("5", 50, 1)]),
      ],
      budget: 56)
    #expect(try UniformStrategy().allocate(problem).choices == [1, 0])
  }
}
