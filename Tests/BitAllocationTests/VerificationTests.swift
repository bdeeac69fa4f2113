import BitAllocation
import Testing

import struct BitAllocation.Measurement

@Suite("A verification")
struct VerificationTests {
  private let measurement = Measurement.random(seed: 11)

  private func failed(_ document: AllocationDocument) throws -> [String] {
    try Verification(document, against: measurement).checks.filter { !$0.holds }.map(\.name)
  }

  @Test func findsNothingWrongWithAnySize() throws {
    let size = measurement.reachableBitsPerWeight
    for objective: Objective in [
      .sum, .power(0.7), .minMax, .lexicographic(slack: 0.1),
      .worstStratum,
    ] {
      for part in stride(from: 0.0, through: 1, by: 0.1) {
        let bits = size.lowerBound + part * (size.upperBound - size.lowerBound)
        let document = try AllocationDocument(
          measurement, .init(.bitsPerWeight(bits), objective: objective), by: objective.strategy)
        try document.validate()
        var verification = try Verification(document, against: measurement)
        try verification.search(document, in: measurement)
        #expect(verification.holds, "\(objective) \(bits) \(verification.checks)")
      }
    }
  }

  @Test func namesWhatIsWrong() throws {
    let document = try AllocationDocument.sample()
    #expect(try failed(document) == [])
    func damaged(_ damage: (inout AllocationDocument) -> Void) throws -> [String] {
      var document = document
      damage(&document)
      return try failed(document)
    }
    #expect(try damaged { $0.model.fingerprint = "other" } == ["model"])
    #expect(try damaged { $0.table = "other" } == ["table"])
    #expect(try damaged { $0.budget += 1 } == ["budget"])
    #expect(try damaged { $0.layers[0].option = "other" } == ["layers"])
    #expect(try damaged { $0.layers[0].bits -= 1 } == ["layers"])
    #expect(try damaged { $0.layers[0].error *= 2 } == ["layers"])
    #expect(try damaged { $0.layers.removeLast() } == ["layers"])
    #expect(try damaged { $0.bits += 1 } == ["size"])
    #expect(try damaged { $0.predictedError *= 1.1 } == ["error"])
    #expect(try damaged { $0.certificate?.lambda = 0 } == ["certificate"])
    #expect(try damaged { $0.certificate?.value *= 1.1 } == ["certificate"])
    #expect(try damaged { $0.certificate?.lowerBound *= 1.1 } == ["certificate"])
  }

  @Test func findsABetterAllocationByAnotherSearch() throws {
    let size = measurement.reachableBitsPerWeight
    let request = AllocationRequest(
      .bitsPerWeight((size.lowerBound + size.upperBound) / 2))
    let problem = try AllocationProblem(measurement, request)
    let exact = try ExactStrategy().allocate(problem)
    var worse = try UniformStrategy().allocate(problem)
    let value = worse.error(in: problem)
    try #require(value > exact.error(in: problem) * 1.001)
    // A truthful bound, and a claim that nothing lies between.
    worse.certificate = Certificate(
      value: value, lowerBound: exact.certificate?.lowerBound ?? 0, proven: true,
      lambda: exact.certificate?.lambda)
    let document = AllocationDocument(
      worse, of: problem, from: measurement, request: request, strategy: ExactStrategy())
    var verification = try Verification(document, against: measurement)
    #expect(verification.holds)
    try verification.search(document, in: measurement)
    #expect(verification.checks.last?.name == "search" && !verification.holds)
  }

  @Test func noticesAnotherMeasurement() throws {
    var other = measurement
    other.layers[0].options[0].errors[0] *= 1.001
    let verification = try Verification(AllocationDocument.sample(), against: other)
    #expect(verification.checks.contains { $0.name == "table" && !$0.holds })
  }
}
