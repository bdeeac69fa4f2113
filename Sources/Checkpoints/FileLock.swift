import Foundation

/// A lock that one process at a time holds, by a file. The system lets it go with the process,
/// however that ends.
package final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock, or returns nil where another process has it.
  ///
  /// Throws `CheckpointError.cannotWrite` if there can be no such file.
  package init?(_ url: URL) throws {
    descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw CheckpointError.cannotWrite(path: url.shownPath, reason: systemMessage(errno))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
  }

  deinit { close(descriptor) }
}
