import Models
import Quantization
import Tensors

/// The original's walk over its blocks, with a look at each layer on the way.
struct SwapWalk {
  private let model: Model
  private let maker: SwapMaker
  private let rows: CalibrationRows
  private let windows: [[Int32]]
  private let unscored: Int32?
  private var madeScoring: SwapScoring?
  /// In front of the block with this index; nil before the first step.
  private var states: HiddenStates?
  private var next = 0

  /// Nothing is run before something is asked for.
  init(
    model: Model, maker: SwapMaker, rows: CalibrationRows, windows: [[Int32]], unscored: Int32?
  ) {
    self.model = model
    self.maker = maker
    self.rows = rows
    self.windows = windows
    self.unscored = unscored
  }

  /// Numbers in states on their way through the rest of the model, 1 GiB.
  private static let keptStates = 1 << 28

  /// What comes of changing each layer of a block, in the order they run. Blocks in between are
  /// run.
  mutating func records(
    ofBlock index: Int, progress: (Double) -> Void
  ) throws -> [SwapRecord] {
    let states = try advance(to: index)
    let blocks = model.description.blocks
    let following = blocks[(index + 1)...]
    let loaded = try LoadedBlock(blocks[index], from: model.weights, length: rows.tokens)
    let inputs = try maker.compared.map { try states[$0] }
    let outputs = try parallelMap(inputs.count) { loaded.run(inputs[$0]) }

    let total = blocks[index].linears.reduce(0) { $0 + maker.count($1) }
    let whole = Double(max(total * (following.count + 2), 1))
    var done = 0.0
    var group = SwapGroup(try scoring())
    var records: [SwapRecord] = []
    func finish() throws {
      let work = Double(group.count * (following.count + 1))
      records += try group.finish(through: following, of: model) {
        progress((done + work * $0) / whole)
      }
      done += work
    }
    try maker.forEachStage(of: loaded, states: states) { swaps in
      try group.add(swaps, to: loaded, inputs: inputs, outputs: outputs)
      done += Double(swaps.count)
      progress(done / whole)
      if group.size > Self.keptStates { try finish() }
    }
    try finish()
    return records
  }

  /// What comes of changing the head.
  mutating func recordsOfHead() throws -> [SwapRecord] {
    let states = try advance(to: model.description.blocks.count)
    let head = try LoadedHead(of: model)
    let inputs = try parallelMap(states.count) { head.normalized(try states[$0]) }
    let scoring = try scoring()
    // One at a time: heads are large.
    return try maker.swaps(of: head, inputs: inputs).map { swap in
      var changed = head
      changed.replaceWeights(with: swap.weights)
      let divergences = try scoring.divergences(
        of: scoring.windows.indices.map { [changed] row in
          SwapScoring.Prediction(row: row, head: changed, input: scoring.reference[row])
        }, from: head)
      return SwapRecord(swap.withoutWeights, divergences: divergences)
    }
  }

  /// Runs the compared rows through the original, the first time.
  private mutating func scoring() throws -> SwapScoring {
    if let madeScoring { return madeScoring }
    let states = try model.hiddenStates(of: windows) {}
    let head = try LoadedHead(of: model)
    let scoring = SwapScoring(
      windows: windows, unscored: unscored,
      reference: try (0..<states.count).map { head.normalized(try states[$0]) })
    madeScoring = scoring
    return scoring
  }

  /// Runs all rows up to a block, and returns the states in front of it.
  private mutating func advance(to index: Int) throws -> HiddenStates {
    var states = try self.states ?? HiddenStates(of: rows.rows, in: model)
    while next < index {
      let block = model.description.blocks[next]
      try states.run(through: LoadedBlock(block, from: model.weights, length: rows.tokens))
      next += 1
    }
    self.states = states
    return states
  }
}
