import Models

/// How many experts of a model saw how few tokens.
struct ExpertCensus: Codable, Sendable, Equatable {
  private var experts = 0
  private var blocks = 0
  private var starved = 0
  private var idle = 0
  private var starvedBlocks = 0
  /// How many times as many tokens the least served of those that saw any would need.
  private var shortage = 1.0
  private var rows = 0

  /// Counts the experts of a sublayer, if it has any.
  mutating func count(_ walk: SublayerWalk) {
    let places = walk.sublayer.branches.indices.flatMap(walk.experts)
    guard !places.isEmpty else { return }
    let few = places.filter { place in
      walk.sublayer[place].linears.contains { walk.tokens(place) < $0.inputs }
    }
    experts += places.count
    blocks += 1
    starved += few.count
    starvedBlocks += few.isEmpty ? 0 : 1
    idle += few.count { walk.tokens($0) == 0 }
    rows = walk.states.count
    for place in few where walk.tokens(place) > 0 {
      let inputs = walk.sublayer[place].linears.map(\.inputs).max() ?? 0
      shortage = max(shortage, Double(inputs) / Double(walk.tokens(place)))
    }
  }

  /// What a user should know; nil if every expert saw enough.
  var remark: String? {
    guard starved > 0 else { return nil }
    return
      "\(starved) of \(experts) experts, in \(starvedBlocks) of \(blocks) blocks, saw fewer "
      + "calibration tokens than they have inputs\(idle > 0 ? ", \(idle) of them none" : ""). Average "
      + "tokens of their block's experts made up for it. About --rows "
      + "\(Int((Double(rows) * shortage).rounded(.up))) would give \(idle > 0 ? "the others" : "all") "
      + "enough of their own."
  }
}
