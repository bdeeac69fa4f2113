/// Makes the worst kind of text as good as the budget allows: the largest of the kinds' sums of
/// errors, each relative to the least that this kind could have.
///
/// A weighted mean of the relative sums is at most their maximum, and its least value is an ordinary
/// allocation problem. So every set of weights gives a lower bound and an allocation. The weights
/// with the highest bound are sought by cutting planes (Kelley, "The cutting-plane method for solving
/// convex programs", 1960); the allocation with the best worst kind among all those met is kept,
/// improved by exchanges between layers, and the certificate states what lies between.
package struct WorstStratumStrategy: AllocationStrategy {
  package let name = "worst-stratum"
  package let summary = "the best worst kind of text"

  /// Allocations that are tried, at most.
  package var attempts: Int

  /// The search stops when the gap is below this share of the bound.
  package var tolerance: Double

  package init(attempts: Int = 60, tolerance: Double = 1e-5) {
    self.attempts = attempts
    self.tolerance = tolerance
  }

  /// Comes with a certificate. A problem without kinds of text is taken as one of a single kind.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    let problem = problem.withStrata
    let kinds = problem.kinds
    let singles = (0..<kinds).map { kind in
      let single = problem.single(kind)
      let solution = single.solved()
      return (least: solution.error(in: single.layers), lambda: solution.lambda)
    }
    let leasts = singles.map(\.least)
    func strata(_ weights: [Double]) -> [Certificate.Stratum] {
      zip(weights, singles).map {
        Certificate.Stratum(weight: $0, least: $1.least, lambda: $1.lambda)
      }
    }

    var best: (choices: [Int], value: Double)?
    var bound: (value: Double, lambda: Double, weights: [Double])?
    var planes: [[Double]] = []
    var weights = [Double](repeating: 1 / Double(kinds), count: kinds)
    for attempt in 0..<attempts {
      let mixed = problem.mixed(strata(weights))
      let solution = mixed.solved()
      let relative = Allocation(choices: solution.choices).relativeSums(
        in: problem, strata(weights))
      let worst = relative.max() ?? 0
      if best.map({ worst < $0.value }) ?? true { best = (solution.choices, worst) }
      let lower = mixed.lowerBound(lambda: solution.lambda)
      if bound.map({ lower > $0.value }) ?? true { bound = (lower, solution.lambda, weights) }
      if let best, let bound, best.value - bound.value <= tolerance * bound.value { break }
      if planes.contains(relative) && attempt > Self.dampedAttempts { break }
      planes.append(relative)
      let next = MatrixGame(planes).mixture
      // The first planes say little: going all the way to where they point would swing to and fro.
      let share = attempt < Self.dampedAttempts ? 0.5 : 1
      weights = zip(bound?.weights ?? weights, next).map { (1 - share) * $0 + share * $1 }
    }
    let (lower, lambda, mixture) = bound!
    var improvement = WorstStratumImprovement(
      best!.choices, in: problem, mixed: problem.mixed(strata(mixture)), leasts: leasts)
    improvement.run()
    let choices = improvement.choices
    let value = Allocation(choices: choices).worstStratum(in: problem, strata(mixture))
    return Allocation(
      choices: choices,
      certificate: Certificate(
        objective: .worstStratum, value: value, lowerBound: lower,
        proven: value - lower <= 1e-9 * value, lambda: lambda, strata: strata(mixture)))
  }

  private static let dampedAttempts = 6
}

extension AllocationProblem {
  /// A problem whose options have errors by kind of text.
  fileprivate var withStrata: AllocationProblem {
    guard layers[0].options[0].strata.isEmpty else { return self }
    var problem = self
    for layer in layers.indices {
      for option in layers[layer].options.indices {
        problem.layers[layer].options[option].strata = [layers[layer].options[option].error]
      }
    }
    return problem
  }

  /// Kinds of text whose errors there are; one where they aren't apart.
  var kinds: Int { max(layers[0].options[0].strata.count, 1) }

  /// The problem whose errors are one kind's.
  func single(_ kind: Int) -> AllocationProblem {
    withStrata.withErrors { $1.strata[kind] }
  }

  /// The problem whose errors are weighted means of the kinds', relative to the least of each.
  func mixed(_ strata: [Certificate.Stratum]) -> AllocationProblem {
    withStrata.withErrors { _, option in
      zip(option.strata, strata).reduce(0) {
        $0 + $1.1.weight * relative($1.0, to: $1.1.least)
      }
    }
  }

  fileprivate func solved() -> ExactSolver.Solution {
    ExactSolver(layers).solution(budget: budget)
  }
}

extension Allocation {
  /// For every kind of text the sum of its errors, relative to the least possible.
  fileprivate func relativeSums(
    in problem: AllocationProblem, _ strata: [Certificate.Stratum]
  ) -> [Double] {
    let options = options(in: problem)
    return strata.indices.map { kind in
      options.reduce(0) {
        $0 + relative($1.strata.isEmpty ? $1.error : $1.strata[kind], to: strata[kind].least)
      }
    }
  }

  /// The largest of them.
  func worstStratum(in problem: AllocationProblem, _ strata: [Certificate.Stratum]) -> Double {
    relativeSums(in: problem, strata).max() ?? 0
  }
}

/// Where a kind of text can be without any error, its errors count as they are.
func relative(_ error: Double, to least: Double) -> Double {
  least > 0 ? error / least : error
}
