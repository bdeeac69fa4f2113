import Foundation
import Synchronization

/// What this process has written and is writing, for when it is interrupted.
package enum WrittenFiles {
  struct State {
    /// The hidden places of what isn't complete.
    var partial: Set<URL> = []
    /// What has been put into place, as messages show it.
    var complete: [String] = []
  }

  static let state = Mutex(State())
  private static let saving = Mutex(())

  /// Lets something be written to its end before the process is ended from outside.
  package static func uninterrupted<Result>(_ body: () throws -> Result) rethrows -> Result {
    try saving.withLock { _ in try body() }
  }

  /// Removes what isn't complete and ends the process as `exit` does, which gets the paths of what
  /// is. Nothing more is begun or put into place meanwhile.
  package static func abandon(_ exit: ([String]) -> Never) -> Never {
    saving.withLock { _ in
      state.withLock { leave(&$0, exit) }
    }
  }

  private static func leave(_ state: inout State, _ exit: ([String]) -> Never) -> Never {
    for url in state.partial { try? FileManager.default.removeItem(at: url) }
    exit(state.complete)
  }
}
