import CMappings
import Foundation

/// A file mapped into memory, read-only: a page is read when it is first touched, and the system
/// may drop it again, so that a file larger than memory can be worked through.
///
/// The file must not shrink while it is mapped: reading beyond its new end is fatal, with a sentence
/// if `reportTruncation` was called.
package final class MappedFile: Sendable {
  /// As messages show it.
  package let path: String
  /// Bytes.
  package let count: Int
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?  // nil when empty
  private let location: String
  private let identity: Identity

  /// Maps a file. Throws `CheckpointError` for anything but a regular file that can be read.
  package init(_ url: URL) throws {
    path = url.shownPath
    location = url.path
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
    identity = Identity(status)
    guard count > 0 else {  // which mmap refuses
      base = nil
      return
    }
    let mapping = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard mapping != MAP_FAILED else { throw Self.error(errno, path: path) }
    base = mapping
    cm_add(mapping, count, path)
  }

  deinit {
    guard let base else { return }
    cm_remove(base)
    munmap(base, count)
  }

  /// Makes the program end with a sentence where a mapped file shrinks while it is read.
  package static func reportTruncation() { cm_report_truncation() }

  /// Throws `CheckpointError.changed` if somebody has written into the file since it was mapped. One
  /// that was deleted, or replaced by another, is still what it was.
  package func checkUnchanged() throws {
    var status = stat()
    guard stat(location, &status) == 0 else { return }
    let now = Identity(status)
    guard now.number != identity.number || now == identity else {
      throw CheckpointError.changed(path: path)
    }
  }

  /// Lets the system read a part in the background.
  package func prefetch(_ range: Range<Int>) {
    advise(pages(of: range, inside: false), MADV_WILLNEED)
  }

  /// Lets go of a part's memory; it can be read again.
  package func release(_ range: Range<Int>) {
    advise(pages(of: range, inside: true), MADV_DONTNEED)
  }

  private func advise(_ pages: Range<Int>, _ advice: Int32) {
    guard let base, !pages.isEmpty else { return }
    madvise(base + pages.lowerBound, pages.count, Int32(advice))
  }

  /// The whole pages that a range touches, or those that lie inside it.
  private func pages(of range: Range<Int>, inside: Bool) -> Range<Int> {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let up = page - 1
    let lower = (inside ? range.lowerBound + up : range.lowerBound) / page * page
    let upper = inside ? range.upperBound / page * page : min(range.upperBound, count)
    return lower..<max(lower, upper)
  }

  /// What changes when a file is written to.
  private struct Identity: Equatable {
    let number: [UInt64]
    let size: Int
    let modified: [Int]

    init(_ status: stat) {
      number = [UInt64(status.st_dev), UInt64(status.st_ino)]
      size = Int(status.st_size)
      #if canImport(Darwin)
        let time = status.st_mtimespec
      #else
        let time = status.st_mtim
      #endif
      modified = [Int(time.tv_sec), Int(time.tv_nsec)]
    }
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
