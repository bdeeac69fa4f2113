/// Improves the worst kind of text of an allocation by moving one layer, or two against each other,
/// as long as that helps.
struct WorstStratumImprovement {
  /// For every layer the index of its option.
  private(set) var choices: [Int]

  private let problem: AllocationProblem
  private let leasts: [Double]
  /// The options of every layer that are worth a thought, by growing bits.
  private let ladders: [[Int]]

  /// A layer's change to another option.
  private struct Move {
    let layer: Int
    let option: Int
    let bits: Int
    /// By kind of text, relative to its least.
    let changes: [Double]
  }

  /// `mixed` is the problem with one error per option, by which options are ranked.
  init(
    _ choices: [Int], in problem: AllocationProblem, mixed: AllocationProblem, leasts: [Double]
  ) {
    self.choices = choices
    self.problem = problem
    self.leasts = leasts
    let scaled = ScaledProblem(mixed)
    ladders = scaled.layers.map { $0.map(\.option) }
  }

  /// Each round takes the best change there is; there are only so many rounds.
  mutating func run() {
    let perRound = problem.layers.count * problem.layers.count * 2 * Self.reach * Self.reach
    for _ in 0..<min(Self.rounds, Self.pairs / max(perRound, 1)) {
      guard improve() else { return }
    }
  }

  private static let rounds = 200
  /// Pairs of moves to look at in all, a second or so: models of very many layers gain least by it.
  private static let pairs = 200_000_000
  /// How far on its ladder a layer moves at once.
  private static let reach = 3

  /// Returns whether something was better.
  private mutating func improve() -> Bool {
    let options = Allocation(choices: choices).options(in: problem)
    let slack = problem.budget - options.reduce(0) { $0 + $1.bits }
    let sums = leasts.indices.map { kind in
      options.reduce(0) { $0 + relative($1.strata[kind], to: leasts[kind]) }
    }
    let moves = problem.layers.indices.flatMap { self.moves(ofLayer: $0, from: options[$0]) }
    let savings = moves.filter { $0.bits < 0 }
    var best: [Move]?
    var limit = (sums.max() ?? 0) * (1 - 1e-12)
    func isBetter(_ sums: [Double], _ move: Move) -> Bool {
      sums.indices.allSatisfy { sums[$0] + move.changes[$0] < limit }
    }
    func take(_ moves: [Move]) {
      limit =
        sums.indices.map { kind in
          moves.reduce(sums[kind]) { $0 + $1.changes[kind] }
        }.max() ?? 0
      best = moves
    }
    for move in moves where isBetter(sums, move) {
      if move.bits <= slack { take([move]) }
      guard move.bits > slack else { continue }
      let after = sums.indices.map { sums[$0] + move.changes[$0] }
      for saving in savings
      where saving.layer != move.layer && move.bits + saving.bits <= slack
        && isBetter(after, saving)
      {
        take([move, saving])
      }
    }
    for move in best ?? [] { choices[move.layer] = move.option }
    return best != nil
  }

  private func moves(ofLayer layer: Int, from current: AllocationProblem.Option) -> [Move] {
    let ladder = ladders[layer]
    let options = problem.layers[layer].options
    // The allocation may have an option that isn't on this ladder: its neighbors are.
    let place = ladder.lastIndex { options[$0].bits <= current.bits } ?? 0
    return ladder.indices.filter { abs($0 - place) <= Self.reach && ladder[$0] != choices[layer] }
      .map { index in
        let option = options[ladder[index]]
        return Move(
          layer: layer, option: ladder[index], bits: option.bits - current.bits,
          changes: leasts.indices.map {
            relative(option.strata[$0], to: leasts[$0])
              - relative(current.strata[$0], to: leasts[$0])
          })
      }
  }
}
