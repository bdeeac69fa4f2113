import Foundation

/// A file being written. Threads may write different parts of it at the same time.
final class OutputFile: Sendable {
  private let path: String  // as messages show it
  private let descriptor: Int32

  /// Creates a file, or empties it. Messages say `path`, which may be where it will end up.
  init(creating url: URL, shownAs path: String) throws {
    self.path = path
    descriptor = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw lastError }
  }

  deinit { close(descriptor) }

  /// Writes bytes at a place counted from the beginning.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    // Systems limit one call to about 2 GiB.
    let limit = 1 << 30
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...].prefix(limit))
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw lastError }
      done += count
    }
  }

  /// Sets the length; what was not written reads as zeros.
  func setLength(_ count: Int) throws {
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw lastError }
  }

  /// Returns when everything is on the disk, so that a rename cannot precede its content.
  func synchronize() throws {
    guard fsync(descriptor) == 0 else { throw lastError }
  }

  private var lastError: CheckpointError {
    .cannotWrite(path: path, reason: systemMessage(errno))
  }
}
