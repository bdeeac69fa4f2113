import Checkpoints
import Foundation

/// A file or folder to write, checked before hours are spent on what goes there.
struct OutputFile {
  enum Kind { case file, modelFolder }

  let url: URL
  let overwrite: Bool

  /// `inputs` are what the command reads; none of them is ever replaced.
  init(
    _ path: String, _ kind: Kind = .file, option: String = "--output", overwrite: Bool,
    inputs: [String]
  ) throws {
    url = URL(filePath: path)
    self.overwrite = overwrite
    guard !path.isEmpty, ![".", "..", "/"].contains(url.lastPathComponent) else {
      throw OutputError.noName(path, option: option)
    }
    let folder = url.deletingLastPathComponent()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      throw OutputError.noFolder(folder.relativePath)
    }
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
      guard overwrite else { throw OutputError.exists(path, option: option) }
      if let input = inputs.first(where: isOrHolds) {
        throw OutputError.wouldReplaceInput(path, input: input, option: option)
      }
      switch kind {
      case .modelFolder: try CheckpointWriter.checkDestination(url, overwrite: true)
      case .file where isFolder.boolValue: throw OutputError.isFolder(path, option: option)
      case .file: break
      }
    }
    try AtomicFile.check(url)
  }

  private func isOrHolds(_ input: String) -> Bool {
    func parts(_ url: URL) -> [String] {
      url.standardizedFileURL.resolvingSymlinksInPath().pathComponents
    }
    return parts(URL(filePath: input)).starts(with: parts(url))
  }
}

/// Why a command can't begin.
enum OutputError: LocalizedError, Equatable {
  case noName(String, option: String)
  case exists(String, option: String)
  /// What is there was made with other settings.
  case existsOtherwise(String, differences: [String])
  case isFolder(String, option: String)
  case wouldReplaceInput(String, input: String, option: String)
  case noFolder(String)
  case noMenu(searched: [String])

  var errorDescription: String? {
    switch self {
    case .noName(let path, let option):
      "\(option) is '\(path)', which names nothing that could be written. Give a name."
    case .exists(let path, let option):
      "\(path) exists. Give another \(option), or --overwrite to replace it."
    case .existsOtherwise(let path, let differences):
      "\(path) exists, and was made with other settings: \(differences.joined(separator: "; ")). "
        + "Give another --output, or --overwrite to replace it."
    case .isFolder(let path, let option):
      "\(path) is a folder. Give the name of a file with \(option)."
    case .wouldReplaceInput(let path, let input, let option):
      path == input
        ? "\(path) is what is read here, and is not replaced. Give another \(option)."
        : "\(path) holds \(input), which is read here, and is not replaced. Give another \(option)."
    case .noFolder(let path):
      "There is no folder \(path) to write to. Create it first."
    case .noMenu(let searched):
      "The option menu exl2.json isn't in \(searched.joined(separator: " or ")). "
        + "Give one with --qparams FILE."
    }
  }
}
