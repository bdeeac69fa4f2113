/// Solves one table for any number of budgets: what can be prepared is prepared once.
package struct ExactSolver: Sendable {
  private let layers: [AllocationProblem.Layer]
  let scaled: ScaledProblem
  let corners: Frontier
  private let finer = FinerSolvers()

  /// Prepares the options of at least one layer.
  package init(_ layers: [AllocationProblem.Layer]) {
    self.layers = layers
    scaled = ScaledProblem(layers)
    corners = Frontier(scaled)
  }

  /// An allocation that none can beat, or what was found before a limit was met.
  package struct Solution: Sendable, Equatable {
    /// For every layer the index of its option.
    package let choices: [Int]
    /// Error per bit: the slope of the frontier's edge that leads beyond the budget.
    package let lambda: Double
    /// Whether every better allocation has been ruled out.
    package let isProven: Bool

    /// The sum of the chosen options' errors.
    func error(in layers: [AllocationProblem.Layer]) -> Double {
      zip(layers, choices).reduce(0) { $0 + $1.0.options[$1.1].error }
    }
  }

  /// The least error within a budget that the smallest allocation keeps.
  ///
  /// Whole numbers can't tell errors apart that differ by less than a step, which is a part of the
  /// largest error of all. Where the result is so small that steps might hide something, options whose
  /// error alone exceeds it, which no better allocation has, are left out, and what remains is solved
  /// in finer steps.
  package func solution(
    budget: Int, tolerance: Double = 1e-9, stateLimit: Int = 5_000_000
  ) -> Solution {
    let found = search(budget: budget, tolerance: tolerance, stateLimit: stateLimit)
    let error = found.error(in: layers)
    guard error > 0, Double(layers.count) * scaled.unit > Self.negligible * error else {
      return found
    }
    let (solver, kept) = finer.solver(for: error, of: layers)
    let finer = solver.solution(budget: budget, tolerance: tolerance, stateLimit: stateLimit)
    let choices = zip(kept, finer.choices).map { $0[$1] }
    return finer.error(in: solver.layers) <= error
      ? Solution(choices: choices, lambda: finer.lambda, isProven: finer.isProven)
      : Solution(choices: found.choices, lambda: finer.lambda, isProven: false)
  }

  /// What rounding may hide, as a share of the result: more than 2¹⁸ steps of 2⁻⁴⁴.
  private static let negligible = 2e-8

  private func search(budget: Int, tolerance: Double, stateLimit: Int) -> Solution {
    var scaled = scaled
    scaled.budget = budget
    let (corner, next) = corners.corner(within: budget)
    guard let next else {
      return Solution(choices: scaled.options(of: corner), lambda: 0, isProven: true)
    }
    let starts = [scaled.filled(corner), scaled.exchanged(corner, for: next)].compactMap { $0 }
    let start = starts.min { scaled.error(of: $0) < scaled.error(of: $1) } ?? corner
    var search = CoreSearch(scaled, corner: corner, rate: next, incumbent: start)
    search.run(tolerance: tolerance, stateLimit: stateLimit)
    return Solution(
      choices: scaled.options(of: search.best),
      lambda: Double(next.gain) / Double(next.bits) * scaled.unit, isProven: search.isExhausted)
  }
}
