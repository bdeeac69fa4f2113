import Foundation
import Synchronization

/// Solvers of one table without its largest errors, each prepared when a result needs its finer steps.
final class FinerSolvers: Sendable {
  /// A solver, and for every layer the indices of the options that it knows.
  typealias Limited = (solver: ExactSolver, kept: [[Int]])

  private let known = Mutex<[Double: Limited]>([:])

  /// A solver of the options that can be in an allocation as good as `error`.
  ///
  /// What it leaves out lies above the next power of two, so that many results share one. Steps are a
  /// part of the largest error that stays: where that is in reach of the power, `error` itself makes
  /// them as fine as they get.
  func solver(for error: Double, of layers: [AllocationProblem.Layer]) -> Limited {
    let power = exp2(log2(error).rounded(.up))
    let largest = layers.reduce(0) { $1.options.reduce($0) { max($0, $1.error) } }
    guard error <= power, power < largest else { return Self.made(error, layers) }
    return known.withLock { known in
      if let found = known[power] { return found }
      let made = Self.made(power, layers)
      known[power] = made
      return made
    }
  }

  private static func made(_ ceiling: Double, _ layers: [AllocationProblem.Layer]) -> Limited {
    let (limited, kept) = layers.limited(to: ceiling)
    return (ExactSolver(limited), kept)
  }
}
