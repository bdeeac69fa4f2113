import Foundation

/// A file mapped into memory, read-only: a page is read when it is first touched, and the system
/// may drop it again, so that a file larger than memory can be worked through.
///
/// The file must not shrink while it is mapped; reading beyond its new end would be fatal.
package final class MappedFile: Sendable {
  /// As messages show it.
  package let path: String
  /// Bytes.
  package let count: Int
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?  // nil when empty

  /// Maps a file. Throws `CheckpointError` for anything but a regular file that can be read.
  package init(_ url: URL) throws {
    path = url.shownPath
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.error(errno, path: path) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.error(errno, path: path) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: count = Int(status.st_size)
    case S_IFDIR: throw CheckpointError.isAFolder(path: path)
    default: throw CheckpointError.unreadable(path: path, reason: "it is not a regular file")
    }
    guard count > 0 else {  // which mmap refuses
      base = nil
      return
    }
    let mapping = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard mapping != MAP_FAILED else { throw Self.error(errno, path: path) }
    base = mapping
  }

  deinit {
    if let base { munmap(base, count) }
  }

  /// Calls `body` with some of the bytes, all by default, in place.
  package func withUnsafeBytes<Result>(
    in range: Range<Int>? = nil, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let bytes = UnsafeRawBufferPointer(start: base, count: count)
    return try body(UnsafeRawBufferPointer(rebasing: bytes[range ?? 0..<count]))
  }

  private static func error(_ code: Int32, path: String) -> CheckpointError {
    code == ENOENT
      ? .fileNotFound(path: path) : .unreadable(path: path, reason: systemMessage(code))
  }
}
