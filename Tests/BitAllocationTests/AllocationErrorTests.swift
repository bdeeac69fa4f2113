import BitAllocation
import Testing

@Suite("An unreachable size")
struct AllocationErrorTests {
  private func message(_ bitsPerWeight: Double, _ reachable: ClosedRange<Double>) -> String? {
    AllocationError.unreachable(layers: 4, bitsPerWeight: bitsPerWeight, reachable: reachable)
      .errorDescription
  }

  @Test func isReportedWithTheIntervalRoundedInwards() {
    #expect(
      message(1.5, 2.3041...8.1499)
        == "4 layers cannot take 1.5 bits per weight: this menu reaches from 2.31 to 8.14. "
        + "Choose --bits in that interval.")
  }

  @Test func isReportedWithTheOnlySizeThereIs() {
    #expect(
      message(3, 4.5...4.5)
        == "4 layers cannot take 3 bits per weight: this menu reaches 4.5 only. "
        + "Choose --bits in that interval.")
  }

  @Test("has ends that can be asked for as printed", arguments: 0..<200)
  func hasEndsThatWork(seed: Int) throws {
    let measurement = Measurement.random(seed: UInt64(seed))
    let problem = try AllocationProblem(measurement, .init(.bitsPerWeight(0)))
    let error = #expect(throws: AllocationError.self) { try problem.checkBudget() }
    let numbers = try #require(error?.errorDescription)
      .matches(of: /from ([0-9.]+) to ([0-9]+(\.[0-9]+)?)/)
    for match in numbers {
      for end in [match.output.1, match.output.2] {
        let bitsPerWeight = try #require(Double(end))
        try AllocationProblem(measurement, .init(.bitsPerWeight(bitsPerWeight))).checkBudget()
      }
    }
  }
}
