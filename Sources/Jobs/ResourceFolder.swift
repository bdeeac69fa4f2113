import Foundation

/// A folder of data that comes with the tool: "calibration" or "qparams".
package enum ResourceFolder {
  /// The folder of that name beside the executable, else the nearest one above it; nil if there is
  /// none.
  package static func find(_ name: String) -> URL? {
    candidates(name).first {
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: $0.path, isDirectory: &isDirectory)
        && isDirectory.boolValue
    }?.resolvingSymlinksInPath()
  }

  /// Where `find` looks, in order.
  package static func candidates(_ name: String) -> [URL] {
    let executable = (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0]))
      .resolvingSymlinksInPath()
    var folder = executable.deletingLastPathComponent()
    var result: [URL] = []
    while true {
      result.append(folder.appending(path: name))
      let above = folder.deletingLastPathComponent()
      guard above.path != folder.path else { return result }
      folder = above
    }
  }
}
