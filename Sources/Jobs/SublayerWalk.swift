import Models
import Quantization
import Tensors

/// A sublayer on the walk over a model: all rows' states in front of it, which tokens take which of
/// its pathways, and what those have put out so far.
struct SublayerWalk: Sendable {
  /// The sublayer's place in its block.
  let index: Int
  let sublayer: Sublayer
  /// In front of the sublayer.
  let states: HiddenStates
  private let selections: [[PathwayIndex: Selection]]  // (rows)
  private var sums: RowSums

  init(_ loaded: LoadedBlock, _ index: Int, states: HiddenStates) throws {
    self.index = index
    self.states = states
    let sublayer = loaded.block.sublayers[index]
    self.sublayer = sublayer
    selections = try parallelMap(states.count) {
      loaded.selections(try states[$0], in: index)
    }
    sums = try RowSums(of: sublayer, like: states)
  }

  /// The tokens of a row that take a pathway.
  func selection(_ row: Int, _ place: PathwayIndex) -> Selection { selections[row][place]! }

  /// How many tokens of a row take a pathway.
  func tokens(_ row: Int, _ place: PathwayIndex) -> Int {
    selection(row, place).tokens?.count ?? states.tokenCounts[row]
  }

  /// How many tokens take a pathway.
  func tokens(_ place: PathwayIndex) -> Int {
    states.tokenCounts.indices.reduce(0) { $0 + tokens($1, place) }
  }

  /// The two places of a pathway where layers read.
  enum Side { case readers, writer }

  /// What the layers on one side of a pathway read of a row. Every token is multiplied with its
  /// share: it counts as much for an expert's layers as the router lets through of what they put
  /// out.
  func input(
    _ row: Int, of side: Side, _ place: PathwayIndex, of loaded: LoadedBlock
  ) throws -> Matrix {
    let selection = selection(row, place)
    switch side {
    case .readers:
      var input = loaded.input(try states[row], of: place, in: index, for: selection)
      if let shares = selection.shares { input.scaleRows(by: shares) }
      return input
    case .writer:
      return loaded.writerInput(try states[row], of: place, in: index, for: selection)
    }
  }

  /// The Hessian of what the layers on one side read; `then` gets the inputs, row by row.
  func hessian(
    of side: Side, _ place: PathwayIndex, of loaded: LoadedBlock,
    then: ([Matrix]) -> Void = { _ in }
  ) throws -> Hessian {
    let pathway = sublayer[place]
    var hessian = Hessian(
      inputs: side == .readers ? pathway.readers[0].inputs : pathway.writer.inputs)
    for chunk in states.chunks {
      let inputs = try parallelMap(chunk.count) {
        try input(chunk.lowerBound + $0, of: side, place, of: loaded)
      }
      hessian.add(Matrix.stacked(inputs))
      then(inputs)
    }
    return hessian
  }

  /// A row's way through a pathway.
  func pass(_ row: Int, _ place: PathwayIndex, of loaded: LoadedBlock) throws -> PathwayPass {
    loaded.pass(try states[row], through: place, in: index, for: selection(row, place))
  }

  /// Adds what a pathway's writer put out for a row.
  mutating func add(_ written: Matrix, row: Int, _ place: PathwayIndex) throws {
    try sums.add(written, of: place, row: row, for: selection(row, place))
  }

  /// The states behind the sublayer, when all pathways' outputs have been added. The sums are let go
  /// on the way. Throws `ModelError.notFinite` if arithmetic overflowed.
  mutating func finish(_ loaded: LoadedBlock) throws -> HiddenStates {
    let (states, index) = (states, index)
    return try states.replaced(behind: loaded.block.name) { chunk in
      let sums = try self.sums.take(chunk)
      return try parallelMap(chunk.count) { offset in
        try states[chunk.lowerBound + offset] + loaded.added(sums[offset], in: index)
      }
    }
  }

  /// The pathways of a branch among which a router chooses.
  func experts(of branch: Int) -> [PathwayIndex] {
    sublayer.branches[branch].pathways.indices
      .map { PathwayIndex(branch: branch, pathway: $0) }
      .filter { sublayer[$0].isRouted }
  }
}
