import BitAllocation
import Formats
import Foundation
import Models
import Quantization
import Tensors

/// How far from the original a model is under one allocation or another, without writing it.
///
/// Windows of text run through every block right after it has been quantized, as a runtime would
/// compute it. The scores are those of converting into a folder and evaluating that folder.
///
/// Memory holds what converting needs, the windows' states behind the original's last block and
/// their present ones, and, in the end, two heads.
package struct AllocationEvaluation: Sendable {
  private let original: Model
  private let rows: CalibrationRows
  private let windows: [[Int32]]
  private let unscored: Int32?
  /// Behind the original's last block.
  private let reference: HiddenStates

  /// Runs the windows through the original, once for all allocations. The first token of each
  /// window is given, the others are predicted, but where `unscored` is next. Models are calibrated
  /// on `rows`.
  ///
  /// Throws `JobError.nothingToPredict` for windows of one token, `ModelError` for a model that is
  /// quantized already, and what reading weights throws.
  package init(
    _ original: OpenedModel, rows: CalibrationRows, windows: [[Int32]], unscored: Int32?,
    observer: JobObserver
  ) throws {
    let model = try original.original()
    if let short = windows.first(where: { $0.count < 2 }) {
      throw JobError.nothingToPredict(tokens: short.count)
    }
    self.original = model
    self.rows = rows
    self.windows = windows
    self.unscored = unscored
    let blocks = model.description.blocks
    observer(.began(job: "Reference", units: blocks.count, done: 0))
    var done = 0
    reference = try model.hiddenStates(of: windows) {
      observer(.finishedUnit(blocks[done].name, note: ""))
      done += 1
    }
  }

  /// A score per window, in their order, of the model that the allocation makes. A unit is a block,
  /// and the head.
  ///
  /// Throws `JobError` and `FormatError` where allocation, model and format don't fit each other,
  /// and what converting throws. That a runtime knows the model isn't asked for.
  package func scores(
    of document: AllocationDocument, observer: JobObserver
  ) throws -> [WindowScore] {
    let format = try namedOutputFormat(document.settings.format)
    try format.checkShapes(original.description)
    let options = try ModelConversion.options(
      document, for: format.arranged(original.description))
    let runtime = Model(
      description: original.description, weights: format.runtimeWeights(original.weights))
    var states = try HiddenStates(of: windows, in: runtime)
    var scores: [WindowScore] = []

    let job = ConvertJob(
      model: original, rows: rows, options: options, format: format,
      damping: document.settings.damping)
    try job.run(
      into: nil,
      visitor: { part in
        switch part {
        case .block(let block): try states.run(through: sized(block, from: runtime))
        case .head(let head): scores = try score(states, head: head)
        }
      }, observer: observer)
    return scores
  }

  /// What the scores of all windows come to, with intervals.
  ///
  /// Throws `JobError.nothingToPredict` if no token was scored.
  package func evaluation(of scores: [WindowScore]) throws -> Evaluation {
    let scored = scores.filter { $0.tokens > 0 }
    guard !scored.isEmpty else { throw JobError.nothingToPredict(tokens: 1) }
    return Evaluation(scored, hasReference: true)
  }

  /// The block with positions for the windows' length, which some models' angles depend on.
  private func sized(_ block: LoadedBlock, from model: Model) throws -> LoadedBlock {
    let length = windows.map(\.count).max() ?? 0
    guard length != rows.tokens else { return block }
    var sized = try LoadedBlock(block.block, from: model.weights, length: length)
    for linear in block.block.linears {
      sized.replaceWeights(of: linear, with: block.weights(of: linear))
    }
    return sized
  }

  private func score(_ states: HiddenStates, head: LoadedHead) throws -> [WindowScore] {
    let heads = [head, try LoadedHead(of: original)]
    return try parallelMap(windows.count) { index in
      WindowScore(
        of: windows[index], heads: heads, states: [try states[index], try reference[index]],
        unscored: unscored)
    }
  }
}
