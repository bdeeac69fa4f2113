import BitAllocation
import Testing

@Suite("An allocation problem")
struct AllocationProblemTests {
  @Test func comesFromAMeasurement() throws {
    let measurement = Measurement.sample
    let problem = try AllocationProblem(
      measurement, .init(.bitsPerWeight(3.3), estimator: .ratioOfSums))
    #expect(problem.layers.map(\.name) == measurement.layers.map(\.name))
    #expect(problem.weights == 8 * 8 + 8 * 16)
    #expect(problem.budget == 633)
    #expect(problem.smallestBits == 2 * 192)
    #expect(problem.largestBits == 4 * 192)
    #expect(problem.reachableBitsPerWeight == 2...4)
    #expect(problem.layers[0].options[0] == .init(name: "2", bits: 128, error: 0.25))
  }

  @Test func roundsTheBudgetDownButNotWhatIsMeant() {
    for (bitsPerWeight, bits) in [
      (2.31, 231_000), (4.1, 410_000), (2.299999, 229_999), (.nan, 0), (-1, 0),
    ] {
      #expect(Budget.wholeBits(bitsPerWeight, weights: 100_000) == bits)
    }
  }

  @Test func canWeightTheStrata() throws {
    let measurement = Measurement.sample
    let problem = try AllocationProblem(
      measurement,
      .init(.bitsPerWeight(3), estimator: .ratioOfSums, strata: ["text": 0, "code": 1]))
    #expect(problem.layers[0].options[0].error == 0.5)
  }
}
