import Foundation

/// A place to write to, checked before hours are spent on what goes there.
struct OutputFile {
  let url: URL
  let overwrite: Bool

  init(_ path: String, overwrite: Bool) throws {
    url = URL(filePath: path)
    self.overwrite = overwrite
    let folder = url.deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw OutputError.noFolder(folder)
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw OutputError.notWritable(folder)
    }
    if !overwrite, FileManager.default.fileExists(atPath: url.path) {
      throw OutputError.exists(path)
    }
  }
}

/// Why a command can't begin.
enum OutputError: LocalizedError, Equatable {
  case exists(String)
  case noFolder(String)
  case notWritable(String)
  case noMenu(searched: [String])

  var errorDescription: String? {
    switch self {
    case .exists(let path):
      "\(path) exists. Give another --output, or --overwrite to replace it."
    case .noFolder(let path):
      "There is no folder \(path) to write to. Create it first."
    case .notWritable(let path):
      "The folder \(path) can't be written to."
    case .noMenu(let searched):
      "The option menu exl2.json isn't in \(searched.joined(separator: " or ")). "
        + "Give one with --qparams FILE."
    }
  }
}
