import BitAllocation
import Testing

@Suite("A certificate")
struct CertificateTests {
  @Test("bounds every allocation's error from below", arguments: TableKind.allCases)
  func isALowerBound(kind: TableKind) throws {
    for seed in 0..<300 {
      let problem = AllocationProblem.random(kind, seed: UInt64(seed))
      let allocation = try ExactStrategy().allocate(problem)
      let certificate = try #require(allocation.certificate)
      #expect(certificate.lowerBound <= allocation.error(in: problem))
      #expect(certificate.gap >= 0)
      #expect(throws: Never.self, "seed \(seed)") {
        try certificate.check(allocation, in: problem)
      }
    }
  }

  @Test func doesNotHoldForAnythingElse() throws {
    let problem = AllocationProblem.random(seed: 5, layers: 10...10, options: 5...5)
    let allocation = try ExactStrategy().allocate(problem)
    let certificate = try #require(allocation.certificate)

    var otherChoice = allocation
    otherChoice.choices[3] = (otherChoice.choices[3] + 1) % 5
    #expect(throws: CertificateError.self) { try certificate.check(otherChoice, in: problem) }
    otherChoice.choices[3] = 5
    #expect(throws: CertificateError.self) { try certificate.check(otherChoice, in: problem) }
    otherChoice.choices.removeLast()
    #expect(throws: CertificateError.self) { try certificate.check(otherChoice, in: problem) }

    var otherTable = problem
    otherTable.layers[2].options[allocation.choices[2]].error *= 1.01
    #expect(throws: CertificateError.self) { try certificate.check(allocation, in: otherTable) }
    otherTable = problem
    otherTable.layers[2].options[allocation.choices[2]].bits += problem.budget
    #expect(throws: CertificateError.self) { try certificate.check(allocation, in: otherTable) }

    let lambda = try #require(certificate.lambda)
    for lambda in [lambda * 2, -lambda, 0] {
      var other = certificate
      other.lambda = lambda
      #expect(throws: CertificateError.self) { try other.check(allocation, in: problem) }
    }
    var other = certificate
    other.lowerBound *= 1.01
    #expect(throws: CertificateError.self) { try other.check(allocation, in: problem) }
  }
}
