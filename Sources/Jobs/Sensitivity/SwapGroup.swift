import Models
import Tensors

/// Changes of one block's layers whose effects travel through the rest of the model together, so
/// that every block's weights are read once for all of them.
struct SwapGroup {
  private let scoring: SwapScoring
  private var swaps: [LayerSwap] = []
  private var reached: [Reached] = []

  /// States behind the present block, of a row that a change reached.
  private struct Reached: Sendable {
    let swap: Int
    let row: Int
    var states: Matrix  // (tokens, hidden)
  }

  init(_ scoring: SwapScoring) { self.scoring = scoring }

  var count: Int { swaps.count }

  /// Numbers in the states that are kept.
  var size: Int { reached.reduce(0) { $0 + $1.states.elements.count } }

  /// Runs the compared rows through a block with each of these changes. `inputs` are the rows'
  /// states in front of the block, and `outputs` what the block makes of them unchanged.
  mutating func add(
    _ new: [LayerSwap], to block: LoadedBlock, inputs: [Matrix], outputs: [Matrix]
  ) throws {
    let changed = new.map { swap in
      var changed = block
      changed.replaceWeights(of: swap.linear, with: swap.weights)
      return changed
    }
    let states = try parallelMap(new.count * inputs.count) { index in
      let (swap, row) = index.quotientAndRemainder(dividingBy: inputs.count)
      let states = changed[swap].run(inputs[row])
      // An expert that no token of the row went to changes nothing.
      return states == outputs[row] ? nil : states
    }
    for (index, states) in states.enumerated() {
      guard let states else { continue }
      let (swap, row) = index.quotientAndRemainder(dividingBy: inputs.count)
      reached.append(Reached(swap: swaps.count + swap, row: row, states: states))
    }
    swaps += new.map(\.withoutWeights)
  }

  /// Runs all through the blocks that follow and the head, says what came of each change, and
  /// empties the group.
  mutating func finish(
    through blocks: ArraySlice<Block>, of model: Model, progress: (Double) -> Void
  ) throws -> [SwapRecord] {
    let length = scoring.windows.map(\.count).max() ?? 0
    for (index, block) in blocks.enumerated() {
      let loaded = try LoadedBlock(block, from: model.weights, length: length)
      let before = reached
      let after = try parallelMap(before.count) { loaded.run(before[$0].states) }
      for (place, states) in after.enumerated() { reached[place].states = states }
      guard after.allSatisfy(\.isFinite) else { throw ModelError.notFinite(place: block.name) }
      progress(Double(index + 1) / Double(blocks.count + 1))
    }
    let head = try LoadedHead(of: model)
    let divergences = try scoring.divergences(
      of: reached.map {
        SwapScoring.Prediction(row: $0.row, head: head, input: head.normalized($0.states))
      }, from: head)
    var sums = swaps.map { _ in [Double](repeating: 0, count: scoring.windows.count) }
    for (place, divergence) in zip(reached, divergences) {
      sums[place.swap][place.row] = divergence
    }
    defer { (swaps, reached) = ([], []) }
    return zip(swaps, sums).map { SwapRecord($0, divergences: $1) }
  }
}
