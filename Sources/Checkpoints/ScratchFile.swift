import Foundation
import Synchronization

/// A file that this process writes and reads again, part by part; it disappears with this object,
/// unless it is kept for a run that continues this one's work.
///
/// Reading and writing, and not a mapping: a disk that fills up is then an error, and no signal, and
/// what is in memory is what was asked for.
package final class ScratchFile: Sendable {
  private let file: OutputFile
  private let place: Mutex<(url: URL, isKept: Bool)>

  /// Creates a file, or empties it.
  package init(creating url: URL) throws {
    place = Mutex((url, false))
    file = try OutputFile(creating: url, shownAs: url.shownPath)
  }

  /// Opens a file that was kept.
  package init(reopening url: URL) throws {
    place = Mutex((url, true))
    file = try OutputFile(reopening: url, shownAs: url.shownPath)
  }

  deinit {
    let place = place.withLock { $0 }
    if !place.isKept { try? FileManager.default.removeItem(at: place.url) }
  }

  /// Writes bytes at a place counted from the beginning. Threads may write different parts at the
  /// same time.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    try file.write(bytes, at: offset)
  }

  /// Reads bytes from a place counted from the beginning.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    try file.read(into: buffer, at: offset)
  }

  /// Waits for the disk, and lets the file stay under another name. What stands there is replaced.
  package func keep(as url: URL) throws {
    try file.synchronize()
    try place.withLock { place in
      guard rename(place.url.path, url.path) == 0 else {
        throw CheckpointError.cannotWrite(path: url.shownPath, reason: systemMessage(errno))
      }
      place = (url, true)
    }
  }
}
