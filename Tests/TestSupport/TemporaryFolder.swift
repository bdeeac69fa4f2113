import Foundation

/// A folder that disappears with this object. Keep it in a property of the suite: a local variable
/// may be gone after its last mention.
package final class TemporaryFolder: Sendable {
  package let url: URL

  package init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "bpw-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  package func write(_ name: String, _ content: some DataProtocol) throws {
    try Data(content).write(to: url.appending(path: name))
  }

  package func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

  /// The names of everything in the folder, hidden or not.
  package var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }

  package subscript(_ name: String) -> URL { url.appending(path: name) }
}
