import BitAllocation

/// Measures one allocation after the other, each once: what a job's folder has isn't measured again.
struct KeptScores {
  private let directory: JobDirectory
  /// Runs the original; only needed if something isn't in the folder.
  private let makeEvaluation: () throws -> AllocationEvaluation
  private var evaluation: AllocationEvaluation?

  init(
    in directory: JobDirectory, evaluation: @escaping () throws -> AllocationEvaluation
  ) {
    self.directory = directory
    makeEvaluation = evaluation
  }

  /// The scores of an allocation, from the folder or newly measured. `name` is what observers see, and
  /// `note` what they are told at the end, given the divergence in nats per token.
  mutating func scores(
    of document: AllocationDocument, unit: String, name: String, observer: JobObserver,
    note: (Double) -> String
  ) throws -> [WindowScore] {
    let wasDone = directory.hasResult(of: unit)
    let scores = try directory.result(of: unit) {
      let evaluation = try self.evaluation ?? makeEvaluation()
      self.evaluation = evaluation
      var progress = UnitProgress()
      return try evaluation.scores(of: document) { event in
        if let fraction = progress.fraction(after: event) {
          observer(.advanced(unit: name, fraction: fraction))
        }
      }
    }
    if !wasDone { observer(.finishedUnit(name, note: note(scores.divergence))) }
    return scores
  }
}

extension [WindowScore] {
  /// The mean KL divergence over all tokens, in nats.
  var divergence: Double {
    let tokens = reduce(0) { $0 + $1.tokens }
    return reduce(0) { $0 + $1.divergence } / Double(Swift.max(tokens, 1))
  }
}
