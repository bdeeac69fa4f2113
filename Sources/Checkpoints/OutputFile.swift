import Foundation

/// A file being written. Threads may write different parts of it at the same time.
final class OutputFile: Sendable {
  private let path: String  // as messages show it
  private let descriptor: Int32

  /// Creates a file, or empties it. Messages say `path`, which may be where it will end up.
  init(creating url: URL, shownAs path: String) throws {
    self.path = path
    descriptor = open(url.path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw lastError }
  }

  /// Opens a file that an earlier run has begun.
  init(reopening url: URL, shownAs path: String) throws {
    self.path = path
    descriptor = open(url.path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw lastError }
  }

  deinit { close(descriptor) }

  /// Writes bytes at a place counted from the beginning.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...].prefix(Self.bytesPerCall))
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw lastError }
      done += count
    }
  }

  /// Reads bytes back from a place counted from the beginning. Throws where the file ends before
  /// the buffer is full.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(
        rebasing: buffer[done...].prefix(Self.bytesPerCall))
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw CheckpointError.unreadable(path: path, reason: systemMessage(errno))
      }
      guard count > 0 else {
        throw CheckpointError.unreadable(path: path, reason: "it ends too early")
      }
      done += count
    }
  }

  /// The file's length.
  var count: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Sets the length; what was not written reads as zeros.
  func setLength(_ count: Int) throws {
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw lastError }
  }

  /// Returns when everything is on the disk, so that a rename cannot precede its content.
  func synchronize() throws {
    guard fsync(descriptor) == 0 else { throw lastError }
  }

  /// Systems limit one call to about 2 GiB.
  private static let bytesPerCall = 1 << 30

  private var lastError: CheckpointError {
    .cannotWrite(path: path, reason: systemMessage(errno))
  }
}
