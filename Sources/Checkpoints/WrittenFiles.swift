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

  /// Removes what isn't complete and ends the process as `exit` does, which gets the paths of what
  /// is. Nothing more is begun or put into place meanwhile.
  package static func abandon(_ exit: ([String]) -> Never) -> Never {
    state.withLock { state in
      for url in state.partial { try? FileManager.default.removeItem(at: url) }
      exit(state.complete)
    }
  }
}
