import Foundation

/// How many threads our own loops may use.
package enum Threads {
  /// The environment variable that limits them.
  package static let variable = "BPW_THREADS"

  /// What the variable says; nil where it isn't a whole number from 1 to 4096.
  package static var requested: Int? {
    guard let text = ProcessInfo.processInfo.environment[variable], let number = Int(text),
      (1...4096).contains(number)
    else { return nil }
    return number
  }

  /// What was requested, or the cores there are. Results don't depend on it.
  package static let count = requested ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
}
