import Foundation

/// ExLlamaV2's optimizer: simulated annealing on powers of the relative errors, many times over, and
/// then upgrades in order as long as they fit.
///
/// As its version 0.3.2 does it: 80 runs with powers from 1.5 to 3.5, of which the one with the
/// smallest largest error shows the power; 80 within 0.075 of that; 80 at what is then the power, of
/// which the one with the least energy counts. It starts a run with every layer's smallest option,
/// takes the state that a run ends with rather than its best, and its temperatures don't know how large
/// energies are. The filling doesn't look at errors. Its slots are attention and feed-forward of a
/// block; here they are the problem's layers.
package struct AnnealingStrategy: AllocationStrategy {
  package let name = "annealing"
  package let summary = "ExLlamaV2's simulated annealing"

  /// What the runs depend on; in the original they don't depend on anything.
  package var seed: UInt64
  /// Runs in each of three stages.
  package var runs: Int
  /// How often the temperature falls in a run: from 2 to below 0.0001.
  package var temperatures: Int
  /// Proposals at each temperature.
  package var proposals: Int

  package init(
    seed: UInt64 = 1, runs: Int = 80, temperatures: Int = 1975, proposals: Int = 1000
  ) {
    self.seed = seed
    self.runs = runs
    self.temperatures = temperatures
    self.proposals = proposals
  }

  /// Comes without a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let slots = AnnealingSlots(problem)
    var best: (power: Double, largest: Double)?
    for (stage, range) in [1.5...3.5, -0.075...0.075].enumerated() {
      // The second range is around what the first stage found.
      let center = stage == 0 ? 0 : best?.power ?? 2
      let powers = (0..<runs).map { run in
        let part = runs > 1 ? Double(run) / Double(runs - 1) : 0.5
        return center + range.lowerBound + part * (range.upperBound - range.lowerBound)
      }
      for (power, state) in zip(powers, ends(of: slots, powers: powers, stage: stage)) {
        let largest = slots.largestError(of: state)
        if best.map({ largest < $0.largest }) ?? true { best = (power, largest) }
      }
    }
    let power = best?.power ?? 2
    let last = ends(of: slots, powers: Array(repeating: power, count: runs), stage: 2)
    let energies = last.map { slots.energy(of: $0, power: power) }
    let winner = energies.indices.min { energies[$0] < energies[$1] } ?? 0
    return Allocation(choices: slots.choices(of: slots.filled(last[winner])))
  }

  /// The states that runs end with; every run draws from a stream of its own.
  private func ends(of slots: AnnealingSlots, powers: [Double], stage: Int) -> [[Int]] {
    let count = powers.count
    return [[Int]](unsafeUninitializedCapacity: count) { buffer, initialized in
      nonisolated(unsafe) let states = buffer
      for run in 0..<count { states.initializeElement(at: run, to: []) }
      DispatchQueue.concurrentPerform(iterations: count) { run in
        var draws = Draws(seed: seed, stream: stage * count + run)
        states[run] = slots.anneal(
          power: powers[run], temperatures: temperatures, proposals: proposals, draws: &draws)
      }
      initialized = count
    }
  }
}
