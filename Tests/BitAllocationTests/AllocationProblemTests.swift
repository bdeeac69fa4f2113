import BitAllocation
import Testing

@Suite("An allocation problem")
struct AllocationProblemTests {
  @Test func comesFromAMeasurement() {
    let measurement = Measurement.sample
    let problem = AllocationProblem(measurement, bitsPerWeight: 3.3, estimator: .ratioOfSums)
    #expect(problem.layers.map(\.name) == measurement.layers.map(\.name))
    #expect(problem.weights == 8 * 8 + 8 * 16)
    #expect(problem.budget == 633)
    #expect(problem.smallestBits == 2 * 192)
    #expect(problem.largestBits == 4 * 192)
    #expect(problem.reachableBitsPerWeight == 2...4)
    #expect(problem.layers[0].options[0] == .init(name: "2", bits: 128, error: 0.25))
  }

  @Test func roundsTheBudgetDownButNotWhatIsMeant() {
    var measurement = Measurement.sample
    measurement.model.weights = 100_000
    for (bitsPerWeight, bits) in [
      (2.31, 231_000), (4.1, 410_000), (2.299999, 229_999), (.nan, 0), (-1, 0),
    ] {
      #expect(AllocationProblem(measurement, bitsPerWeight: bitsPerWeight).budget == bits)
    }
  }

  @Test func canWeightTheStrata() {
    let measurement = Measurement.sample
    let weights = measurement.calibration.rowWeights(ofStrata: [0, 1])
    #expect(weights == [0, 0, 1])
    let problem = AllocationProblem(
      measurement, bitsPerWeight: 3, estimator: .ratioOfSums, rowWeights: weights)
    #expect(problem.layers[0].options[0].error == 0.5)
  }
}
