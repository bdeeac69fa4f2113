import Models

/// How many experts of a model saw how few tokens.
struct ExpertCensus {
  private var experts = 0
  private var blocks = 0
  private var starved = 0
  private var idle = 0
  private var starvedBlocks = 0

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
  }

  /// What a user should know; nil if every expert saw enough.
  var remark: String? {
    guard starved > 0 else { return nil }
    return
      "\(starved) of \(experts) experts, in \(starvedBlocks) of \(blocks) blocks, saw fewer "
      + "calibration tokens than they have inputs\(idle > 0 ? ", \(idle) of them none" : ""). Average "
      + "tokens of their block's experts made up for it; more --rows give them more of their own."
  }
}
