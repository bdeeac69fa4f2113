/// Solves one table for any number of budgets: what can be prepared is prepared once.
package struct ExactSolver: Sendable {
  let scaled: ScaledProblem
  let corners: Frontier

  /// Prepares the options of at least one layer.
  package init(_ layers: [AllocationProblem.Layer]) {
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
  }

  /// The least error within a budget that the smallest allocation keeps.
  package func solution(
    budget: Int, tolerance: Double = 1e-9, stateLimit: Int = 5_000_000
  ) -> Solution {
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
