import Foundation
import Models
import Tensors

/// Runs text through a model, and through the model it was made from, and compares what they
/// predict.
package struct EvaluateJob {
  package var model: Model
  package var reference: Model?
  /// Windows of token ids; the first token of each is given, the others are predicted.
  package var windows: [[Int32]]
  /// A token that isn't scored when it is next: BOS between documents, which isn't text.
  package var unscored: Int32?

  package init(
    model: Model, reference: Model? = nil, windows: [[Int32]], unscored: Int32? = nil
  ) {
    self.model = model
    self.reference = reference
    self.windows = windows
    self.unscored = unscored
  }

  /// Scores all windows; a unit is a batch of them.
  ///
  /// Throws `JobError` if the vocabularies differ or there is nothing to predict.
  package func run(observer: JobObserver) throws -> Evaluation {
    if let reference, reference.description.vocabularySize != model.description.vocabularySize {
      throw JobError.vocabulariesDiffer(
        model: model.description.vocabularySize,
        reference: reference.description.vocabularySize)
    }
    if let short = windows.first(where: { $0.count < 2 }) {
      throw JobError.nothingToPredict(tokens: short.count)
    }
    let batches = windows.batches(tokens: Self.batchTokens)
    observer(.began(job: "Evaluating", units: batches.count, done: 0))
    var scores: [WindowScore] = []
    for (index, batch) in batches.enumerated() {
      let name = "batch \(index + 1) of \(batches.count)"
      scores += try self.scores(of: Array(windows[batch])) {
        observer(.advanced(unit: name, fraction: $0))
      }
      observer(.finishedUnit(name, note: "\(batch.upperBound) of \(windows.count) windows"))
    }
    guard scores.contains(where: { $0.tokens > 0 }) else {
      throw JobError.nothingToPredict(tokens: 1)
    }
    return Evaluation(scores.filter { $0.tokens > 0 }, hasReference: reference != nil)
  }

  /// Tokens whose hidden states are in memory together: enough that reading the weights for each
  /// batch costs little.
  static let batchTokens = 32_768

  private func scores(
    of windows: [[Int32]], progress: (Double) -> Void
  ) throws -> [WindowScore] {
    let models = [model] + [reference].compactMap { $0 }
    var steps = 0
    let total = models.reduce(0) { $0 + $1.description.blocks.count } + 1
    let states = try models.map { model in
      try model.hiddenStates(of: windows) {
        steps += 1
        progress(Double(steps) / Double(total))
      }
    }
    let heads = try models.map(LoadedHead.init)
    return try parallelMap(windows.count) { index in
      WindowScore(
        of: windows[index], heads: heads, states: try states.map { try $0[index] },
        unscored: unscored)
    }
  }
}

extension WindowScore {
  /// Scores the predictions of a model, and of its reference if there are two heads, from the
  /// states behind their last blocks.
  init(
    of window: [Int32], heads: [LoadedHead], states: [Matrix], unscored: Int32?
  ) {
    let inputs = zip(heads, states).map { $0.normalized($1) }
    let predictions = window.count - 1
    for start in stride(from: 0, to: predictions, by: LoadedHead.tokensAtOnce) {
      let tokens = start..<min(start + LoadedHead.tokensAtOnce, predictions)
      let logits = zip(heads, inputs).map { $0.logits(reading: $1.rows(tokens)) }
      add(
        logits: logits[0], reference: logits.count > 1 ? logits[1] : nil,
        next: window[tokens.lowerBound + 1..<tokens.upperBound + 1], unscored: unscored)
    }
  }
}
