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
        try verification.search(document)
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
    try verification.search(document)
    #expect(verification.checks.last?.name == "search" && !verification.holds)
  }

  @Test func isNotFooledByForgedCertificates() throws {
    let size = measurement.reachableBitsPerWeight
    let budget = Budget.bitsPerWeight((size.lowerBound + size.upperBound) / 2)
    func forged(
      _ objective: Objective, by strategy: any AllocationStrategy = RandomStrategy(),
      _ certificate: (AllocationProblem, Allocation) -> Certificate
    ) throws -> [String] {
      let request = AllocationRequest(budget, objective: objective)
      let problem = try AllocationProblem(measurement, request)
      var allocation = try strategy.allocate(problem)
      allocation.certificate = certificate(problem, allocation)
      return try failed(
        AllocationDocument(
          allocation, of: problem, from: measurement, request: request,
          strategy: objective.strategy))
    }
    for lambda in [1e302, 1e200, .infinity, .nan] {
      #expect(
        try forged(.sum) { problem, allocation in
          let value = allocation.error(in: problem)
          return Certificate(value: value, lowerBound: value, proven: true, lambda: lambda)
        } == ["certificate"])
    }
    for (slack, share) in [(0.25, 0.999_999), (0.25, 0.9), (-0.001, 1)] {
      #expect(
        try forged(.lexicographic(slack: 0.25)) { problem, allocation in
          let value = allocation.error(in: problem)
          let least = MinMaxStrategy().leastMaximum(in: problem)
          return Certificate(
            objective: .lexicographic(slack: slack), value: value, lowerBound: value, proven: true,
            lambda: 1, leastMaximum: least * share)
        } == ["certificate"])
    }
    // Another objective than was asked for.
    #expect(
      try forged(.sum) { problem, allocation in
        Certificate(
          objective: .power(3), value: allocation.error(in: problem), lowerBound: 0, proven: true,
          lambda: 0)
      } == ["certificate"])
    // Leasts that make everything look better.
    let request = AllocationRequest(budget, objective: .worstStratum)
    let fine = try AllocationDocument(measurement, request, by: WorstStratumStrategy())
    #expect(try failed(fine) == [])
    var document = fine
    var certificate = try #require(fine.certificate)
    certificate.strata = certificate.strata?.map {
      .init(weight: $0.weight, least: $0.least * 1e6, lambda: $0.lambda)
    }
    certificate.value /= 1e6
    certificate.lowerBound /= 1e6
    certificate.gap /= 1e6
    certificate.lambda = certificate.lambda.map { $0 / 1e6 }
    document.certificate = certificate
    #expect(try failed(document) == ["certificate"])
    certificate.strata?.append(.init(weight: 0, least: 1, lambda: 0))
    document.certificate = certificate
    #expect(try failed(document) == ["certificate"])

    var other = try AllocationDocument.sample()
    other.weights *= 2
    other.bitsPerWeight /= 2
    #expect(try failed(other) == ["size"])
    other = try AllocationDocument.sample()
    other.layers[0].members = [.init(name: "x", option: "y", bits: other.layers[0].bits)]
    #expect(try failed(other) == ["members"])
    other = try AllocationDocument.sample()
    other.settings.format = "other"
    #expect(try failed(other) == ["model"])
  }

  @Test func noticesAnotherMeasurement() throws {
    var other = measurement
    other.layers[0].options[0].errors[0] *= 1.001
    let verification = try Verification(AllocationDocument.sample(), against: other)
    #expect(verification.checks.contains { $0.name == "table" && !$0.holds })
  }
}

extension MinMaxStrategy {
  fileprivate func leastMaximum(in problem: AllocationProblem) -> Double {
    (try? allocate(problem).certificate?.leastMaximum) ?? 0
  }
}
