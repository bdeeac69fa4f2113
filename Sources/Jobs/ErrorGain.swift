import Models
import Tensors

/// How an error in the output of a layer reaches the residual stream.
///
/// Errors of o and down are added to the stream as they are, but for a norm behind them. Those of q,
/// k, v, gate and up first go through attention or the gate and then through o or down, which weakens
/// some and not others. What a layer's error does there under one option tells for all its options:
/// to first order the way is linear, and rounding errors of different widths differ in size more than
/// in direction.
struct ErrorGain {
  private let loaded: LoadedBlock
  private let walk: SublayerWalk
  private let place: PathwayIndex
  private let rows: [Int]
  private let passes: [PathwayPass]  // (rows)
  /// What the other pathways of the branch put out, where it matters.
  private let others: [BranchSums]  // (rows)

  /// The squared error that a layer's made, and what of it reached the stream.
  struct Observation: Sendable {
    var made: Double
    var reached: Double

    /// Nil if no error was made.
    var gain: Double? { made > 0 ? reached / made : nil }
  }

  /// Runs some rows through a pathway.
  init(_ loaded: LoadedBlock, walk: SublayerWalk, _ place: PathwayIndex) throws {
    self.loaded = loaded
    self.walk = walk
    self.place = place
    let rows = Self.rows(walk, place)
    self.rows = rows
    passes = try parallelMap(rows.count) { try walk.pass(rows[$0], place, of: loaded) }
    let branch = walk.sublayer.branches[place.branch]
    let isAlone = branch.outputNorm == nil || branch.pathways.count == 1
    others = try parallelMap(rows.count) { index in
      let states = walk.states
      var sums = BranchSums(
        of: walk.sublayer, rows: states.tokenCounts[rows[index]], columns: states.width)
      for pathway in branch.pathways.indices where pathway != place.pathway && !isAlone {
        let other = PathwayIndex(branch: place.branch, pathway: pathway)
        let pass = try walk.pass(rows[index], other, of: loaded)
        sums.add(pass.written, of: other, for: pass.selection)
      }
      return sums
    }
  }

  /// Tokens of rows that show how errors travel, unless one or two rows have more.
  private static let tokens = 4096

  /// Rows that show how errors travel. A few, spread over the texts, are enough for one number per
  /// layer; of an expert those where it has most to do.
  private static func rows(_ walk: SublayerWalk, _ place: PathwayIndex) -> [Int] {
    let all = walk.states.tokenCounts.indices
    let count = min(8, max(2, tokens / max(walk.states.tokenCounts[0], 1)), all.count)
    guard walk.selection(0, place).tokens != nil else {
      return (0..<count).map { (2 * $0 + 1) * all.count / (2 * count) }
    }
    let taken = all.map { walk.tokens($0, place) }
    return Array(
      all.filter { taken[$0] > 0 }.sorted { (-taken[$0], $0) < (-taken[$1], $1) }.prefix(count))
  }

  /// Whether a layer belongs to the pathway.
  func isAbout(_ linear: Linear) -> Bool { walk.sublayer[place].linears.contains(linear) }

  /// What is observed when a layer's weights are replaced by what `quantized` returns.
  func callAsFunction(of linear: Linear, quantized: () throws -> Matrix) throws -> Observation {
    let pathway = walk.sublayer[place]
    let branch = walk.sublayer.branches[place.branch]
    if linear == pathway.writer, branch.outputNorm == nil {
      return Observation(made: 1, reached: Double(branch.outputScale * branch.outputScale))
    }
    var changed = loaded
    changed.replaceWeights(of: linear, with: try quantized())
    let norms = try parallelMap(passes.count) { [changed] index in
      let pass = passes[index]
      let other: PathwayPass
      let made: Double
      if let reader = pathway.readers.firstIndex(of: linear) {
        var outputs = pass.outputs
        outputs[reader] = changed.output(of: linear, reading: pass.input)
        var error = outputs[reader] - pass.outputs[reader]
        if let shares = pass.selection.shares { error.scaleRows(by: shares) }
        made = error.squaredNorm
        other = changed.finish(
          input: pass.input, outputs: outputs, of: place, in: walk.index, for: pass.selection)
      } else {
        other = changed.finish(
          input: pass.input, outputs: pass.outputs, of: place, in: walk.index,
          for: pass.selection)
        made = (other.written - pass.written).squaredNorm
      }
      return Observation(made: made, reached: reached(other.written, instead: pass, index: index))
    }
    return norms.reduce(into: Observation(made: 0, reached: 0)) {
      $0.made += $1.made
      $0.reached += $1.reached
    }
  }

  /// The squared difference of what the branch adds to the stream.
  private func reached(_ written: Matrix, instead pass: PathwayPass, index: Int) -> Double {
    let branch = walk.sublayer.branches[place.branch]
    guard branch.outputNorm != nil else {
      return Double(branch.outputScale * branch.outputScale)
        * (written - pass.written).squaredNorm
    }
    func added(_ written: Matrix) -> Matrix {
      var sums = others[index]
      sums.add(written, of: place, for: pass.selection)
      return loaded.output(of: place.branch, in: walk.index, sums)
    }
    return (added(written) - added(pass.written)).squaredNorm
  }
}
