/// Searches the allocations between the lower bound and the best one known, until none is left or
/// a limit is met.
///
/// It starts from a corner of the frontier. Moving a layer away from there costs at least the
/// going rate λ, the slope of the step that leads out of the corner; what it costs beyond is the
/// move's *excess*. An allocation's error is the lower bound plus the excess of its moves plus
/// λ times the bits it leaves unspent. So a move with an excess above the gap is in no better
/// allocation, and few layers have any other: the core. A dynamic programme over the core keeps
/// the states that can still lead below the best known error.
/// (Pisinger, "A minimal algorithm for the multiple-choice knapsack problem", 1995.)
struct CoreSearch {
  /// The best allocation found.
  private(set) var best: [Int]
  /// Whether every better allocation has been ruled out.
  private(set) var isExhausted = false

  private let problem: ScaledProblem
  private let corner: [Int]
  private let rate: Step
  /// What the corner leaves of the budget.
  private let slack: Int
  private let cornerError: Int
  /// The error of the best allocation found, relative to the corner.
  private var bestError: Int
  /// States formed so far.
  private var formed = 0

  /// `rate` is the step out of `corner`, which fits the budget as `incumbent` does.
  init(_ problem: ScaledProblem, corner: [Int], rate: Step, incumbent: [Int]) {
    self.problem = problem
    self.corner = corner
    self.rate = rate
    best = incumbent
    slack = problem.budget - problem.bits(of: corner)
    cornerError = problem.error(of: corner)
    bestError = problem.error(of: incumbent) - cornerError
  }

  /// Searches until nothing better can exist, the gap is below `tolerance` times the lower bound,
  /// or `stateLimit` states have been formed.
  mutating func run(tolerance: Double, stateLimit: Int) {
    let core = Core(of: problem, around: corner, rate: rate, room: room)
    var states = [State(bits: 0, error: 0)]
    var history: [[Origin]] = []
    for (layer, rest) in zip(core.layers, core.remainders) {
      if isWithin(tolerance) { return }
      let moves = layer.moves.filter { $0.excess <= room }
      let improved = expand(&states, by: moves, rest: rest, into: &history, limit: stateLimit)
      if let improved { best = allocation(endingAt: improved, core: core, history: history) }
      if formed >= stateLimit { return }
      if states.isEmpty { break }
    }
    isExhausted = true
  }

  /// Excess of an allocation that is better than the best known by one step of error.
  private var room: Int128 { gap - Int128(rate.bits) }

  /// Excess that separates the best known allocation from the lower bound.
  private var gap: Int128 { rate.excess(bits: slack, error: bestError) }

  private func isWithin(_ tolerance: Double) -> Bool {
    let bound = rate.excess(bits: -slack, error: cornerError)
    return room >= 0 && gap.approximate <= tolerance * bound.approximate
  }
}

// MARK: - The dynamic programme

extension CoreSearch {
  /// The sum of one move per layer so far.
  fileprivate struct State {
    var bits: Int
    var error: Int
  }

  /// How a state came about.
  fileprivate struct Origin {
    let parent: Int32
    let point: Int32
  }

  /// Adds every move of a layer to every state, and keeps what no other state beats and what can
  /// still lead to a better allocation.
  ///
  /// Returns the last state that is itself the best allocation known.
  private mutating func expand(
    _ states: inout [State], by moves: [Core.Move], rest: Core.Remainder,
    into history: inout [[Origin]],
    limit: Int
  ) -> Int? {
    var expanded: [State] = []
    var origins: [Origin] = []
    var improved: Int?
    var leastError = Int.max
    // The states are sorted by bits, so for each move they come sorted: one list is merged per move.
    var cursors = [Int](repeating: 0, count: moves.count)
    while formed < limit, let (list, state) = next(of: states, moves: moves, cursors: cursors) {
      formed += 1
      cursors[list] += 1
      guard state.error < leastError else { continue }
      leastError = state.error
      guard canImprove(state, rest: rest) else { continue }
      if state.bits <= slack, state.error < bestError {
        bestError = state.error
        improved = expanded.count
      }
      origins.append(Origin(parent: Int32(cursors[list] - 1), point: Int32(moves[list].point)))
      expanded.append(state)
    }
    states = expanded
    history.append(origins)
    return improved
  }

  private func next(
    of states: [State], moves: [Core.Move], cursors: [Int]
  ) -> (list: Int, state: State)? {
    var next: (list: Int, state: State)?
    for (list, move) in moves.enumerated() where cursors[list] < states.count {
      let state = State(
        bits: states[cursors[list]].bits + move.bits,
        error: states[cursors[list]].error + move.error)
      if let found = next?.state, (found.bits, found.error) <= (state.bits, state.error) {
        continue
      }
      next = (list, state)
    }
    return next
  }

  private func canImprove(_ state: State, rest: Core.Remainder) -> Bool {
    let own = rate.excess(bits: state.bits, error: state.error)
    let left = Int128(slack - state.bits)
    if left >= 0 { return own + rest.unspent * left <= room }
    guard let overspent = rest.overspent else { return false }
    return own - overspent * left <= room
  }

  /// The allocation that a state of the last layer in `history` stands for.
  private func allocation(
    endingAt index: Int, core: Core, history: [[Origin]]
  ) -> [Int] {
    var choices = corner
    var index = index
    for (layer, origins) in zip(core.layers, history).reversed() {
      choices[layer.index] = Int(origins[index].point)
      index = Int(origins[index].parent)
    }
    return choices
  }
}
