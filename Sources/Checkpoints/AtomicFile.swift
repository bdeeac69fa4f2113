import Foundation

/// Writing a file so that it appears complete or not at all.
package enum AtomicFile {
  /// Writes beside the destination, waits for the disk, and renames into place.
  package static func write(_ content: Data, to url: URL) throws {
    try write(content, to: url, isResult: true)
  }

  /// The same; what is no result but a step towards one isn't mentioned when the program is
  /// stopped.
  package static func write(_ content: Data, to url: URL, isResult: Bool) throws {
    let output = PartialOutput(for: url)
    let file = try OutputFile(creating: output.url, shownAs: url.shownPath)
    try content.withUnsafeBytes { try file.write($0, at: 0) }
    try file.synchronize()
    try output.commitFile(isResult: isResult)
  }

  /// Throws what would keep `write` from working, such as a folder that can't be written to.
  package static func check(_ url: URL) throws {
    let output = PartialOutput(for: url)
    try withExtendedLifetime(output) {
      _ = try OutputFile(creating: output.url, shownAs: url.shownPath)
    }
  }
}
