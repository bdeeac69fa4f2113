import Foundation

/// Throws when the disk that would hold `url` has no room for so many bytes: better now than after
/// hours of work. (A disk may still fill up later.)
func checkSpace(for byteCount: Int, at url: URL) throws {
  var status = statvfs()
  // Where the folder does not exist, creating the file will say so.
  guard statvfs(url.deletingLastPathComponent().path, &status) == 0 else { return }
  let available = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
  guard available.overflow || byteCount <= available.partialValue else {
    throw CheckpointError.notEnoughSpace(
      path: url.shownPath, needed: byteCount, available: available.partialValue)
  }
}
