import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("A mapped file")
struct MappedFileTests {
  private let folder = try! TemporaryFolder()

  @Test func hasTheFilesBytes() throws {
    try folder.write("a", [1, 2, 3, 4])
    let file = try MappedFile(folder["a"])
    #expect(file.count == 4)
    #expect(file.withUnsafeBytes { Array($0) } == [1, 2, 3, 4])
    #expect(file.withUnsafeBytes(in: 1..<3) { Array($0) } == [2, 3])
  }

  @Test func mayBeEmpty() throws {
    try folder.write("empty", "")
    let file = try MappedFile(folder["empty"])
    #expect(file.withUnsafeBytes { $0.isEmpty })
    #expect(file.withUnsafeBytes(in: 0..<0) { $0.isEmpty })
  }

  @Test func mustExistAndBeAFile() {
    #expect(throws: CheckpointError.fileNotFound(path: folder["no"].path)) {
      try MappedFile(folder["no"])
    }
    #expect(throws: CheckpointError.isAFolder(path: folder.url.path)) {
      try MappedFile(folder.url)
    }
    #expect(
      throws: CheckpointError.unreadable(path: "/dev/null", reason: "it is not a regular file")
    ) {
      try MappedFile(URL(filePath: "/dev/null"))
    }
  }
}
