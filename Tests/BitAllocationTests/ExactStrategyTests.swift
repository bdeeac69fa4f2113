import BitAllocation
import Tensors
import Testing

@Suite("The exact strategy")
struct ExactStrategyTests {
  @Test("is as good as enumeration", arguments: TableKind.allCases)
  func equalsEnumeration(kind: TableKind) throws {
    for seed in 0..<1000 {
      let problem = AllocationProblem.random(kind, seed: UInt64(seed))
      let allocation = try ExactStrategy(tolerance: 0).allocate(problem)
      #expect(
        problem.steps(of: allocation) == problem.leastErrorByEnumeration(), "seed \(seed)")
      #expect(allocation.certificate?.proven == true)
    }
  }

  @Test("with its default settings is as good up to the tolerance", arguments: TableKind.allCases)
  func equalsEnumerationUpToTolerance(kind: TableKind) throws {
    for seed in 1000..<1500 {
      let problem = AllocationProblem.random(kind, seed: UInt64(seed))
      let found = problem.steps(of: try ExactStrategy().allocate(problem))
      let least = problem.leastErrorByEnumeration()
      #expect(Double(found - least) <= 1e-9 * Double(least), "seed \(seed)")
    }
  }

  @Test("loses nothing when the budget grows", arguments: [TableKind.realistic, .correlated])
  func losesNothingWhenTheBudgetGrows(kind: TableKind) throws {
    var problem = AllocationProblem.random(kind, seed: 1, layers: 12...12, options: 6...6)
    var last = Int.max
    for part in 0...300 {
      let span = problem.largestBits - problem.smallestBits
      problem.budget = problem.smallestBits + span * part / 300
      let error = problem.steps(of: try ExactStrategy(tolerance: 0).allocate(problem))
      #expect(error <= last)
      last = error
    }
  }

  @Test("proves realistic problems of a model's size", arguments: 0..<5)
  func provesRealisticProblems(seed: Int) throws {
    let problem = AllocationProblem.random(
      seed: UInt64(seed), layers: 200...200, options: 20...20)
    let allocation = try ExactStrategy().allocate(problem)
    let certificate = try #require(allocation.certificate)
    #expect(certificate.proven || certificate.gap <= 1e-9 * certificate.lowerBound)
    try certificate.check(allocation, in: problem)
  }

  @Test("finds the same error in another order of layers and options", arguments: 0..<200)
  func ignoresOrder(seed: Int) throws {
    let problem = AllocationProblem.random(.tied, seed: UInt64(seed), layers: 2...12)
    var generator = SeededGenerator(seed: UInt64(seed))
    var shuffled = problem
    shuffled.layers.shuffle(using: &generator)
    for index in shuffled.layers.indices {
      shuffled.layers[index].options.shuffle(using: &generator)
    }
    let strategy = ExactStrategy(tolerance: 0)
    #expect(
      problem.steps(of: try strategy.allocate(problem))
        == shuffled.steps(of: try strategy.allocate(shuffled)))
  }

  @Test("chooses the same when errors or bits are counted in other units", arguments: 0..<100)
  func ignoresUnits(seed: Int) throws {
    let problem = AllocationProblem.random(.arbitrary, seed: UInt64(seed))
    var scaled = problem
    scaled.budget *= 7
    for layer in scaled.layers.indices {
      for option in scaled.layers[layer].options.indices {
        scaled.layers[layer].options[option].bits *= 7
        scaled.layers[layer].options[option].error *= 1024
      }
    }
    let strategy = ExactStrategy(tolerance: 0)
    #expect(try strategy.allocate(problem).choices == strategy.allocate(scaled).choices)
  }

  @Test func admitsWhenItHasProvenNothing() throws {
    let problem = subsetSum(layers: 60)
    let allocation = try ExactStrategy(tolerance: 0, stateLimit: 100_000).allocate(problem)
    let certificate = try #require(allocation.certificate)
    #expect(!certificate.proven)
    #expect(certificate.gap > 0)
    try certificate.check(allocation, in: problem)
  }

  @Test func stopsWhenTheGapIsSmallerThanAsked() throws {
    let problem = subsetSum(layers: 60)
    let strategy = ExactStrategy(tolerance: 1e-6)
    let certificate = try #require(try strategy.allocate(problem).certificate)
    #expect(!certificate.proven)
    #expect(certificate.gap <= 1e-6 * certificate.lowerBound)
  }

  /// Even sizes, an odd budget, and errors that are a constant minus the size: the bound is never
  /// met, and every set of layers with the same sum is as good.
  private func subsetSum(layers: Int) -> AllocationProblem {
    var generator = SeededGenerator(seed: 1)
    var problem = AllocationProblem(layers: [], budget: 0)
    for index in 0..<layers {
      let bits = [0, 1].map { _ in 2 * Int.random(in: 1...(1 << 31), using: &generator) }
      problem.layers.append(
        .init(
          name: "layer \(index)", weights: 1 << 30,
          options: bits.map { .init(name: "\($0)", bits: $0, error: Double((1 << 33) - $0)) }))
    }
    problem.budget = (problem.smallestBits + problem.largestBits) / 2 | 1
    return problem
  }

  /// An option that nobody would choose must not make errors too small to tell apart.
  @Test("isn't misled by options that are far worse than the rest", arguments: 0..<50)
  func isNotMisledByOutliers(seed: Int) throws {
    var problem = AllocationProblem.random(seed: UInt64(seed), layers: 4...6, options: 4...5)
    problem.budget = (problem.smallestBits + 3 * problem.largestBits) / 4
    let exact = try ExactStrategy(tolerance: 0).allocate(problem)
    var spoiled = problem
    // As large a step as a power of 4 makes of errors.
    spoiled.layers[0].options.append(.init(name: "broken", bits: 1, error: 1e14))
    let allocation = try ExactStrategy(tolerance: 0).allocate(spoiled)
    #expect(allocation.choices == exact.choices)
    #expect(allocation.certificate?.proven == true)
    let certificate = try #require(allocation.certificate)
    #expect(certificate.gap < 0.9 * certificate.value || certificate.value == 0)
  }

  @Test func needsNoChoice() throws {
    let layer = AllocationProblem.Layer(
      name: "only", weights: 10, options: [.init(name: "4", bits: 40, error: 0)])
    let allocation = try ExactStrategy().allocate(.init(layers: [layer], budget: 40))
    #expect(
      allocation
        == Allocation(
          choices: [0],
          certificate: Certificate(value: 0, lowerBound: 0, proven: true, lambda: 0)))
  }
}
