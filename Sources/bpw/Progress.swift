import Foundation
import Jobs

/// How far a job is and how long the rest will take.
struct Progress {
  private let job: String
  private let units: Int
  /// Units that an earlier run did, which say nothing about this run's speed.
  private let doneBefore: Int
  private let start = Date()
  private(set) var done: Int
  private var fraction = 0.0
  private var unit = ""
  private var note = ""

  init(job: String, units: Int, done: Int) {
    self.job = job
    self.units = units
    self.done = done
    doneBefore = done
  }

  var isFinished: Bool { done >= units }

  /// "11 of 28 blocks", or whatever the parts are.
  var finished: String { "\(done) of \(units) parts" }

  mutating func advance(unit: String, to fraction: Double) {
    if unit != self.unit { note = "" }
    (self.unit, self.fraction) = (unit, fraction)
  }

  mutating func finish(unit: String, note: String) {
    (self.unit, self.note, fraction) = (unit, note, 0)
    done += 1
  }

  /// "Measuring    11/28  model.layers.10  error 0.0041  6 min left"
  var line: String {
    let parts = ["\(job.paddedLabel) \(done)/\(units)", unit, note, isFinished ? taken : left]
    return parts.filter { !$0.isEmpty }.joined(separator: "  ")
  }

  private var elapsed: Double { Date().timeIntervalSince(start) }

  private var taken: String { "took \(Self.duration(elapsed))" }

  private var left: String {
    let worked = Double(done - doneBefore) + fraction
    guard worked > 0, elapsed > 0.5 else { return "" }
    return "\(Self.duration(elapsed / worked * (Double(units - done) - fraction))) left"
  }

  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<10: String(format: "%.1f s", seconds)
    case ..<120: "\(Int(seconds.rounded())) s"
    case ..<7200: "\(Int((seconds / 60).rounded())) min"
    default: String(format: "%.1f h", seconds / 3600)
    }
  }
}
