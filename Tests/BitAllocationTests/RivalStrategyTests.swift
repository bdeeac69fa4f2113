import BitAllocation
import Testing

@Suite("Rival strategies")
struct RivalStrategyTests {
  /// Blocks with the same roles and options, and a head.
  private func model(
    blocks: Int, roles: [String],
    options: [(bits: Int, error: Double)] = [(20, 4), (30, 1), (40, 0)],
    budget: Int
  ) -> AllocationProblem {
    func layer(_ name: String, _ role: String, _ block: Int?) -> AllocationProblem.Layer {
      .init(
        name: name, weights: 10, role: role, block: block,
        options: options.map { .init(name: "\($0.bits)", bits: $0.bits, error: $0.error) })
    }
    let layers = (0..<blocks).flatMap { block in
      roles.map { layer("model.layers.\(block).\($0)", $0, block) }
    }
    return AllocationProblem(layers: layers + [layer("lm_head", "lm_head", nil)], budget: budget)
  }

  /// What llama.cpp's expression gives for 32 blocks, worked out by hand: the first 4, the last 4, and
  /// 6, 9, 12, … between.
  @Test func useMoreBitsPicksLlamasBlocks() {
    let picked = (0..<32).filter { UseMoreBitsStrategy.usesMoreBits($0, of: 32) }
    #expect(picked == [0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31])
  }

  @Test func useMoreBitsRaisesValuesAndDown() throws {
    // 8 blocks: 0, 3, 6 and 7 get more. Two roles of three, and the head: 9 layers.
    var problem = model(blocks: 8, roles: ["q_proj", "v_proj", "down_proj"], budget: 0)
    problem.budget = 25 * 20 + 9 * 10
    let choices = try UseMoreBitsStrategy().allocate(problem).choices
    for (layer, choice) in zip(problem.layers, choices) {
      let isRaised =
        layer.role == "lm_head" || layer.role != "q_proj" && [0, 3, 6, 7].contains(layer.block)
      #expect(choice == (isRaised ? 1 : 0), "\(layer.name)")
    }
  }

  @Test func endDistanceWorksInwards() throws {
    var problem = model(blocks: 6, roles: ["v_proj", "down_proj"], budget: 0)
    // Room for the head and the values of the outer four blocks.
    problem.budget = 13 * 20 + 5 * 10
    let choices = try EndDistanceStrategy().allocate(problem).choices
    for (layer, choice) in zip(problem.layers, choices) {
      let isRaised =
        layer.role == "lm_head" || layer.role == "v_proj" && ![2, 3].contains(layer.block)
      #expect(choice == (isRaised ? 1 : 0), "\(layer.name)")
    }
  }

  @Test func rampsFavorTheFirstBlocks() throws {
    // Room for one upgrade; the head's errors and all blocks' are the same.
    let problem = model(blocks: 4, roles: ["q_proj"], budget: 5 * 20 + 10)
    for percent in [25, 50, 75] {
      #expect(try DepthRampStrategy(percent: percent).allocate(problem).choices == [1, 0, 0, 0, 0])
    }
    // Enough of an error elsewhere outweighs a small ramp, and not a large one.
    var other = problem
    for option in 0..<3 { other.layers[3].options[option].error *= 1.4 }
    #expect(try DepthRampStrategy(percent: 25).allocate(other).choices == [0, 0, 0, 1, 0])
    #expect(try DepthRampStrategy(percent: 50).allocate(other).choices == [1, 0, 0, 0, 0])
  }

  @Test func differentialGreedyPrefersSmallSteps() throws {
    func layer(_ options: [(Int, Double)]) -> AllocationProblem.Layer {
      .init(
        name: "\(options.count)", weights: 10,
        options: options.map { .init(name: "\($0.0)", bits: $0.0, error: $0.1) })
    }
    // Per bit the first saves 1.0 and the second 0.9; to the power 0.69 it is 0.49 and 0.9.
    let problem = AllocationProblem(
      layers: [layer([(10, 10), (20, 0)]), layer([(10, 1), (11, 0.1)])], budget: 30)
    #expect(try GreedyStrategy().allocate(problem).choices == [1, 0])
    #expect(try DifferentialGreedyStrategy().allocate(problem).choices == [0, 1])
  }

  @Test func annealingsFillingLooksAtNoErrors() throws {
    // The larger option is worse, and taken all the same.
    let layer = AllocationProblem.Layer(
      name: "layer", weights: 10,
      options: [.init(name: "a", bits: 20, error: 1), .init(name: "b", bits: 30, error: 2)])
    let problem = AllocationProblem(layers: [layer, layer], budget: 50)
    let allocation = try AnnealingStrategy(runs: 2, temperatures: 1, proposals: 0)
      .allocate(problem)
    #expect(allocation.choices == [1, 0])
  }

  @Test("annealing is never better than exact at what it minimizes", arguments: 0..<20)
  func annealingIsNeverBetterThanExact(seed: Int) throws {
    let problem = AllocationProblem.random(seed: UInt64(seed), layers: 4...8, options: 3...6)
    let annealing = AnnealingStrategy(seed: 3, runs: 4, temperatures: 200, proposals: 50)
    let allocation = try annealing.allocate(problem)
    #expect(try annealing.allocate(problem) == allocation)
    // Energies are powers of the unsquared errors.
    for power in [1.5, 2.5, 3.5] {
      let powered = problem.mapErrors { $0.squareRoot().toThe(power) }
      let exact = try ExactStrategy(tolerance: 0).allocate(powered)
      #expect(allocation.error(in: powered) >= exact.error(in: powered) * (1 - 1e-9))
    }
    #expect(
      try MinMaxStrategy().allocate(problem).largestError(in: problem)
        <= allocation.largestError(in: problem))
  }

  @Test func annealingFindsWhatASmallProblemHas() throws {
    var found = 0
    for seed in 0..<10 {
      let problem = AllocationProblem.random(seed: UInt64(seed), layers: 3...3, options: 3...3)
        .mapErrors { $0 * 100 }
      let exact = try ExactStrategy().allocate(problem).error(in: problem)
      let annealed = try AnnealingStrategy(runs: 10, temperatures: 1975, proposals: 20)
        .allocate(problem).error(in: problem)
      if annealed <= exact * 1.3 { found += 1 }
    }
    #expect(found >= 9)
  }

  @Test func randomAllocationsDependOnTheirSeed() throws {
    let problem = AllocationProblem.random(seed: 1, layers: 30...30, options: 8...8)
    let all = try (1...5).map { try RandomStrategy(seed: $0).allocate(problem).choices }
    #expect(Set(all).count == 5)
    #expect(try RandomStrategy(seed: 3).allocate(problem).choices == all[2])
  }

  @Test("controls lose where layers differ", arguments: 0..<10)
  func controlsLose(seed: Int) throws {
    var problem = AllocationProblem.random(seed: UInt64(seed), layers: 40...40, options: 6...6)
    problem.budget = (problem.smallestBits + problem.largestBits) / 2
    let exact = try ExactStrategy().allocate(problem).error(in: problem)
    let uniform = try UniformStrategy().allocate(problem).error(in: problem)
    let inverted = try InvertedStrategy().allocate(problem).error(in: problem)
    #expect(inverted > 1.2 * exact)
    #expect(uniform > 1.05 * exact)
    for seed in 1...5 {
      let random = try RandomStrategy(seed: UInt64(seed)).allocate(problem)
      #expect(random.error(in: problem) > 1.2 * exact)
    }
  }
}

extension AllocationProblem {
  fileprivate func mapErrors(_ transform: (Double) -> Double) -> AllocationProblem {
    var problem = self
    for layer in layers.indices {
      for option in layers[layer].options.indices {
        problem.layers[layer].options[option].error = transform(
          layers[layer].options[option].error)
      }
    }
    return problem
  }
}

extension Double {
  /// Powers of half integers, by multiplications and roots.
  fileprivate func toThe(_ power: Double) -> Double {
    (0..<Int(power)).reduce(squareRoot()) { value, _ in value * self }
  }
}
