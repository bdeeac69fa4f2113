import BitAllocation
import Crypto
import Foundation
import Tensors

/// Builds the allocations of a comparison and measures their divergence on held-out text.
package struct ComparisonMeasurement {
  private let evaluation: () throws -> AllocationEvaluation
  private let directory: JobDirectory

  /// `evaluation` is only made if something isn't in the folder yet.
  package init(
    in directory: JobDirectory, evaluation: @escaping () throws -> AllocationEvaluation
  ) {
    self.directory = directory
    self.evaluation = evaluation
  }

  /// Measures every different allocation once; a unit is one of them. What the folder has from an
  /// earlier run isn't measured again.
  ///
  /// Throws what `AllocationEvaluation` and writing to the folder throw.
  package func run(
    _ comparison: Comparison, documents: [[AllocationDocument]], observer: JobObserver
  ) throws -> Comparison {
    var todo: [(unit: String, name: String, document: AllocationDocument)] = []
    for (row, entry) in zip(documents, comparison.entries) {
      for document in row where !todo.contains(where: { $0.unit == document.choicesDigest }) {
        let size = document.targetBitsPerWeight.formatted(digits: 3)
        todo.append((document.choicesDigest, "\(entry.strategy) at \(size) bpw", document))
      }
    }
    let done = todo.count { directory.hasResult(of: $0.unit) }
    observer(.began(job: "Measuring KL", units: todo.count, done: done))
    var shared: AllocationEvaluation?
    var scores: [String: [WindowScore]] = [:]
    for (unit, name, document) in todo {
      let wasDone = directory.hasResult(of: unit)
      let found = try directory.result(of: unit) {
        let evaluation = try shared ?? self.evaluation()
        shared = evaluation
        var progress = UnitProgress()
        return try evaluation.scores(of: document) { event in
          if let fraction = progress.fraction(after: event) {
            observer(.advanced(unit: name, fraction: fraction))
          }
        }
      }
      scores[unit] = found
      let tokens = found.reduce(0) { $0 + $1.tokens }
      let divergence = found.reduce(0) { $0 + $1.divergence } / Double(max(tokens, 1))
      if !wasDone {
        observer(.finishedUnit(name, note: "KL \(divergence.formatted(digits: 3))"))
      }
    }
    return comparison.adding(documents.map { $0.map { scores[$0.choicesDigest] ?? [] } })
  }
}

extension AllocationDocument {
  /// Tells allocations apart by what they choose, whoever chose it.
  var choicesDigest: String {
    let text = options.map { "\($0.layer)=\($0.option)" }.joined(separator: "\n")
    return SHA256.hash(data: Data(text.utf8)).prefix(16).map { String(format: "%02x", $0) }.joined()
  }
}

extension Comparison {
  /// `scores` are by entry and size.
  fileprivate func adding(_ scores: [[[WindowScore]]]) -> Comparison {
    var result = self
    let bootstrap = Bootstrap()
    for (row, entry) in scores.enumerated() {
      for (size, windows) in entry.enumerated() {
        let evaluation = Evaluation(windows.filter { $0.tokens > 0 }, hasReference: true)
        guard let divergence = evaluation.divergence else { continue }
        result.entries[row].cells[size].measured = Measured(
          divergence: divergence,
          difference: row == 0 ? nil : bootstrap.difference(a: windows, b: scores[0][size]),
          agreement: evaluation.agreement, perplexity: evaluation.perplexity)
      }
    }
    for size in sizes.indices {
      result.sizes[size].agreement = Agreement(result.entries.map { $0.cells[size] })
    }
    result.agreement = Agreement(result.entries.flatMap(\.cells))
    return result
  }
}
