import Foundation

/// The system's words for an error number, as part of a sentence.
func systemMessage(_ code: Int32) -> String {
  switch code {
  case ENOSPC, EDQUOT: "the disk is full"
  case EFBIG: "the file may not be so large"
  case EACCES, EPERM: "permission denied"
  case EROFS: "the disk is read-only"
  case ENOENT: "its folder does not exist"
  default: String(cString: strerror(code)).lowercased()
  }
}

extension URL {
  /// The path as the user wrote it: relative where that was relative.
  var shownPath: String { relativePath }

  /// Whether a folder stands here, or a link to one.
  var isFolder: Bool {
    var isDirectory: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    return exists && isDirectory.boolValue
  }

  /// Whether anything stands here.
  var exists: Bool { FileManager.default.fileExists(atPath: path) }
}

/// Whether a name can only mean a file in one folder: no separators, no "..".
func isPlainFileName(_ name: String) -> Bool {
  !name.isEmpty && name != "." && name != ".."
    && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 == 0 }
}
