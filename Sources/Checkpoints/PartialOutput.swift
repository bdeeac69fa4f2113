import Foundation
import Synchronization

/// The hidden place beside its destination, `.NAME.partial`, where a file or folder grows until
/// it is complete. What is not committed disappears with this object.
///
/// Two processes must not write the same destination at the same time.
final class PartialOutput: Sendable {
  let destination: URL
  let url: URL
  /// Whether it stays for a run that continues.
  private let isKept: Bool

  /// Removes what a crash may have left there.
  init(for destination: URL) {
    self.destination = destination
    let url = destination.hiddenNeighbor("partial")
    self.url = url
    isKept = false
    try? FileManager.default.removeItem(at: url)
    WrittenFiles.state.withLock { _ = $0.partial.insert(url) }
  }

  /// A place of somebody else's, who lets it stay until it is complete.
  init(for destination: URL, at url: URL) {
    (self.destination, self.url, isKept) = (destination, url, true)
  }

  deinit {
    guard !isKept else { return }
    let isPartial = WrittenFiles.state.withLock { $0.partial.remove(url) != nil }
    if isPartial { try? FileManager.default.removeItem(at: url) }
  }

  /// Begins a folder.
  func createFolder() throws {
    guard mkdir(url.path, 0o777) == 0 || (isKept && errno == EEXIST && url.isFolder) else {
      throw CheckpointError.cannotWrite(path: destination.shownPath, reason: systemMessage(errno))
    }
  }

  /// Puts the file into place, instead of one that stands there.
  func commitFile(isResult: Bool = true) throws {
    synchronizeFolder(url)
    try WrittenFiles.state.withLock { try move(&$0, isResult: isResult) }
    synchronizeFolder(destination.deletingLastPathComponent())
  }

  /// Puts the folder into place. A folder that stands there is moved aside first and deleted last,
  /// because no system call replaces a full folder; a crash in between leaves both, hidden.
  func commitFolder() throws {
    synchronizeFolder(url)
    try WrittenFiles.state.withLock { state in
      guard destination.exists else { return try move(&state) }
      let old = destination.hiddenNeighbor("replaced")
      try? FileManager.default.removeItem(at: old)
      try moveItem(destination, to: old)
      do {
        try move(&state)
      } catch {
        try? moveItem(old, to: destination)
        throw error
      }
      try? FileManager.default.removeItem(at: old)
    }
    synchronizeFolder(destination.deletingLastPathComponent())
  }

  private func move(_ state: inout WrittenFiles.State, isResult: Bool = true) throws {
    try moveItem(url, to: destination)
    state.partial.remove(url)
    if isResult { state.complete.append(destination.shownPath) }
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
