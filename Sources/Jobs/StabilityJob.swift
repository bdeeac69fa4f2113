import BitAllocation
import Tensors

/// Chooses again on bootstraps of what was measured, and reports what stays the same.
package struct StabilityJob {
  package var study: StabilityStudy
  /// How often to draw and choose, at least once.
  package var bootstraps: Int

  /// Bootstraps between two calls of `progress`: enough to keep all cores busy.
  private static let chunk = 20

  package init(_ study: StabilityStudy, bootstraps: Int) {
    self.study = study
    self.bootstraps = bootstraps
  }

  /// Calls `progress` with the number of bootstraps done. Throws what `StabilityStudy.run` throws.
  package func run(progress: (Int) -> Void = { _ in }) throws -> StabilityReport {
    var runs: [StabilityStudy.Run] = []
    while runs.count < bootstraps {
      let start = runs.count
      runs += try parallelMap(min(Self.chunk, bootstraps - start)) { [study] in
        try study.run(start + $0)
      }
      progress(runs.count)
    }
    return StabilityReport(runs, of: study)
  }
}
