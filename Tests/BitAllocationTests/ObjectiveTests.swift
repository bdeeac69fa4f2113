import BitAllocation
import Testing

@Suite("Objectives that look at the largest error")
struct ObjectiveTests {
  @Test("min-max is as good as enumeration", arguments: TableKind.allCases)
  func minMaxEqualsEnumeration(kind: TableKind) throws {
    for seed in 0..<400 {
      let problem = AllocationProblem.random(kind, seed: UInt64(seed))
      let allocation = try MinMaxStrategy().allocate(problem)
      let least = problem.feasible.map { $0.largestError(in: problem) }.min()
      #expect(allocation.largestError(in: problem) == least, "seed \(seed)")
      let certificate = try #require(allocation.certificate)
      #expect(certificate.gap == 0 && certificate.proven)
      try certificate.check(allocation, in: problem)
    }
  }

  @Test("lexicographic is as good as enumeration", arguments: TableKind.allCases)
  func lexicographicEqualsEnumeration(kind: TableKind) throws {
    for seed in 0..<400 {
      let problem = AllocationProblem.random(kind, seed: UInt64(seed))
      let allocation = try LexicographicStrategy(slack: 0.25).allocate(problem)
      let feasible = problem.feasible
      let least = feasible.map { $0.largestError(in: problem) }.min() ?? 0
      let best =
        feasible.filter { $0.largestError(in: problem) <= least * 1.25 }
        .map { $0.error(in: problem) }.min() ?? 0
      #expect(allocation.largestError(in: problem) <= least * 1.25)
      #expect(abs(allocation.error(in: problem) - best) <= 1e-9 * best + 1e-12, "seed \(seed)")
      try #require(allocation.certificate).check(allocation, in: problem)
    }
  }

  @Test("the worst kind of text is never better than the bound, and near the best there is")
  func worstStratumIsNearEnumeration() throws {
    var gaps: [Double] = []
    for seed in 0..<300 {
      let problem = AllocationProblem.random(seed: UInt64(seed), layers: 3...6, options: 3...5)
        .withRandomStrata(3, seed: UInt64(seed))
      let allocation = try WorstStratumStrategy().allocate(problem)
      let certificate = try #require(allocation.certificate)
      try certificate.check(allocation, in: problem)
      let leasts = try #require(certificate.strata).map(\.least)
      let feasible = problem.feasible
      for kind in 0..<3 {
        let least = feasible.map { $0.error(ofStratum: kind, in: problem) }.min() ?? 0
        #expect(abs(leasts[kind] - least) <= 1e-9 * least)
      }
      let best =
        feasible.map { allocation in
          (0..<3).map { allocation.error(ofStratum: $0, in: problem) / leasts[$0] }.max() ?? 0
        }.min() ?? 0
      #expect(certificate.lowerBound <= best * (1 + 1e-9), "seed \(seed)")
      #expect(certificate.value >= best * (1 - 1e-9), "seed \(seed)")
      gaps.append(certificate.value / best - 1)
    }
    #expect(gaps.count { $0 < 0.01 } > 200)
  }

  @Test func theWorstKindIsBetterOffThanWithEqualWeights() throws {
    var better = 0
    for seed in 0..<5 {
      var problem = AllocationProblem.random(
        seed: UInt64(seed), layers: 224...224, options: 7...7
      )
      .withRandomStrata(4, seed: UInt64(seed))
      problem.budget = (problem.smallestBits + problem.largestBits) / 2
      let allocation = try WorstStratumStrategy().allocate(problem)
      let certificate = try #require(allocation.certificate)
      let strata = try #require(certificate.strata)
      #expect(certificate.gap < 0.005 * certificate.value)
      let equal = try ExactStrategy().allocate(problem)
      let worst =
        strata.indices
        .map { equal.error(ofStratum: $0, in: problem) / strata[$0].least }.max() ?? 0
      #expect(certificate.value <= worst * (1 + 1e-9))
      if certificate.value < worst * 0.999 { better += 1 }
    }
    #expect(better >= 4)
  }

  @Test func aCertificateOfAnyObjectiveIsRefutedByAnotherTable() throws {
    for strategy: any AllocationStrategy in [
      MinMaxStrategy(), LexicographicStrategy(), WorstStratumStrategy(),
    ] {
      let problem = AllocationProblem.random(seed: 5, layers: 8...8, options: 5...5)
        .withRandomStrata(2, seed: 5)
      let allocation = try strategy.allocate(problem)
      let certificate = try #require(allocation.certificate)
      try certificate.check(allocation, in: problem)
      var tampered = certificate
      tampered.lowerBound *= 1.01
      #expect(throws: CertificateError.self) { try tampered.check(allocation, in: problem) }
      if certificate.leastMaximum != nil {
        tampered = certificate
        tampered.leastMaximum = certificate.leastMaximum.map { $0 * 1.5 }
        #expect(throws: CertificateError.self) { try tampered.check(allocation, in: problem) }
      }
      var other = problem
      for layer in other.layers.indices {
        for option in other.layers[layer].options.indices {
          other.layers[layer].options[option].error *= 0.5
          other.layers[layer].options[option].strata[0] *= 0.5
        }
      }
      #expect(throws: CertificateError.self) { try certificate.check(allocation, in: other) }
    }
  }

  @Test("powers weigh large errors more")
  func powersWeighLargeErrors() throws {
    let measurement = Measurement.random(seed: 21)
    let size = measurement.reachableBitsPerWeight
    let budget = Budget.bitsPerWeight((size.lowerBound + size.upperBound) / 2)
    let plain = try AllocationProblem(measurement, .init(budget))
    let squared = try AllocationProblem(measurement, .init(budget, objective: .power(2)))
    for (layer, other) in zip(plain.layers, squared.layers) {
      for (option, same) in zip(layer.options, other.options) {
        #expect(abs(option.error * option.error - same.error) <= 1e-12 * same.error)
      }
    }
    #expect(try AllocationProblem(measurement, .init(budget, objective: .power(1))) == plain)
    let largest = try ExactStrategy().allocate(squared).largestError(in: plain)
    #expect(try largest <= ExactStrategy().allocate(plain).largestError(in: plain))
  }
}

extension AllocationProblem {
  /// Every allocation within the budget.
  fileprivate var feasible: [Allocation] {
    layers.reduce([[Int]]([[]])) { lists, layer in
      lists.flatMap { list in layer.options.indices.map { list + [$0] } }
    }
    .map { Allocation(choices: $0) }
    .filter { $0.bits(in: self) <= budget }
  }
}

extension Allocation {
  fileprivate func error(ofStratum kind: Int, in problem: AllocationProblem) -> Double {
    options(in: problem).reduce(0) { $0 + $1.strata[kind] }
  }
}
