import Foundation

/// Reference data that is too large or not ours to keep in the repository: models, logits,
/// vocabularies, texts.
///
/// It is looked for beside the package, or where `BPW_SHARED` says. Tests that need it are skipped
/// where it is absent.
package enum SharedFolder {
  package static let url: URL? = {
    let package = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["BPW_SHARED"].map { URL(filePath: $0) }
    let candidates = [
      named, package.appending(path: "shared"),
      package.deletingLastPathComponent().appending(path: "shared"),
    ]
    return candidates.compactMap { $0 }.first {
      FileManager.default.fileExists(atPath: $0.appending(path: "README.md").path)
    }
  }()

  package static let exists = url != nil

  /// Why a test is skipped.
  package static let absence = "needs the folder 'shared' beside the package, or BPW_SHARED"

  /// A file or folder in it.
  package static func path(_ path: String) -> URL {
    (url ?? URL(filePath: "shared")).appending(path: path)
  }
}
