import Foundation

/// The package's own files.
package enum PackageFolder {
  package static let url = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file or folder in it.
  package static func path(_ path: String) -> URL { url.appending(path: path) }

  /// The names, without extension, of the Swift files in a folder of `Sources`.
  package static func swiftFiles(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      at: path("Sources/\(folder)"), includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "swift" }.map { $0.deletingPathExtension().lastPathComponent }
  }
}
