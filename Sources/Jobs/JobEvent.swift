/// What a job reports while it runs. Jobs never print.
package enum JobEvent: Sendable, Equatable {
  /// `done` is above zero when the job continues an earlier run.
  case began(job: String, units: Int, done: Int)
  /// Part of the current unit is done; `fraction` of it, from 0 to 1.
  case advanced(unit: String, fraction: Double)
  /// Something that the user should know, in a sentence.
  case warned(String)
  /// `note` says how it went, for the eye.
  case finishedUnit(String, note: String)
}

/// Receives a job's events, in the thread that runs the job.
package typealias JobObserver = (JobEvent) -> Void
