import Foundation
import Synchronization

/// The hidden place beside its destination, `.NAME.partial`, where a file or folder grows until
/// it is complete. What is not committed disappears with this object.
///
/// Two processes must not write the same destination at the same time.
final class PartialOutput: Sendable {
  let destination: URL
  let url: URL
  private let isCommitted = Mutex(false)

  /// Removes what a crash may have left there.
  init(for destination: URL) {
    self.destination = destination
    url = destination.hiddenNeighbor("partial")
    try? FileManager.default.removeItem(at: url)
  }

  deinit {
    if !isCommitted.withLock({ $0 }) { try? FileManager.default.removeItem(at: url) }
  }

  /// Begins a folder.
  func createFolder() throws {
    guard mkdir(url.path, 0o777) == 0 else {
      throw CheckpointError.cannotWrite(path: destination.shownPath, reason: systemMessage(errno))
    }
  }

  /// Puts the file into place, instead of one that stands there.
  func commitFile() throws { try move(url) }

  /// Puts the folder into place. A folder that stands there is moved aside first and deleted last,
  /// because no system call replaces a full folder; a crash in between leaves both, hidden.
  func commitFolder() throws {
    guard destination.exists else { return try move(url) }
    let old = destination.hiddenNeighbor("replaced")
    try? FileManager.default.removeItem(at: old)
    try moveItem(destination, to: old)
    do {
      try move(url)
    } catch {
      try? moveItem(old, to: destination)
      throw error
    }
    try? FileManager.default.removeItem(at: old)
  }

  private func move(_ url: URL) throws {
    synchronizeFolder(url)
    try moveItem(url, to: destination)
    isCommitted.withLock { $0 = true }
    synchronizeFolder(destination.deletingLastPathComponent())
  }

  private func moveItem(_ source: URL, to target: URL) throws {
    guard rename(source.path, target.path) == 0 else {
      throw CheckpointError.cannotWrite(
        path: destination.shownPath, reason: systemMessage(errno))
    }
  }

  /// Asks for a folder's entries to be written to disk. Not all file systems can; those that
  /// can't write them soon anyway.
  private func synchronizeFolder(_ url: URL) {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

extension URL {
  /// A hidden file or folder beside this one that is named after it.
  fileprivate func hiddenNeighbor(_ suffix: String) -> URL {
    deletingLastPathComponent().appending(path: ".\(lastPathComponent).\(suffix)")
  }
}
