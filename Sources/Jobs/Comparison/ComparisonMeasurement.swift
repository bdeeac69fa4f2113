import BitAllocation
import Checkpoints
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
    let units = documents.map { $0.map(\.choicesDigest) }
    var todo: [(unit: String, name: String, document: AllocationDocument)] = []
    var known: Set<String> = []
    for (row, entry) in comparison.entries.enumerated() {
      for (unit, document) in zip(units[row], documents[row]) where known.insert(unit).inserted {
        let size = document.targetBitsPerWeight.formatted(digits: 3)
        todo.append((unit, "\(entry.strategy) at \(size) bpw", document))
      }
    }
    let done = todo.count { directory.hasResult(of: $0.unit) }
    observer(.began(job: "Measuring KL", units: todo.count, done: done))
    var kept = KeptScores(in: directory, evaluation: evaluation)
    var scores: [String: [WindowScore]] = [:]
    for (unit, name, document) in todo {
      scores[unit] = try kept.scores(
        of: document, unit: unit, name: name, observer: observer,
        note: { "KL \($0.formatted(digits: 3))" })
    }
    return comparison.adding(units.map { $0.map { scores[$0] ?? [] } })
  }
}

extension AllocationDocument {
  /// Tells allocations apart by what they choose, whoever chose it.
  var choicesDigest: String {
    let text = options.map { "\($0.layer)=\($0.option)" }.joined(separator: "\n")
    return String(SHA256.hexadecimal(of: text).prefix(32))
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
