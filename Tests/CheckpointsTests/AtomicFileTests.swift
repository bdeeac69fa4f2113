import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("A file written at once")
struct AtomicFileTests {
  private let folder = try! TemporaryFolder()

  @Test func replacesTheOldOne() throws {
    for text in ["first", "", "third"] {
      try AtomicFile.write(Data(text.utf8), to: folder["a.json"])
      #expect(try Data(contentsOf: folder["a.json"]) == Data(text.utf8))
      #expect(try folder.names == ["a.json"])
    }
  }

  @Test func leavesNothingBehindWhenItFails() throws {
    try FileManager.default.createDirectory(
      at: folder["a.json"], withIntermediateDirectories: false)
    #expect(
      throws: CheckpointError.cannotWrite(path: folder["a.json"].path, reason: "is a directory")
    ) { try AtomicFile.write(Data("x".utf8), to: folder["a.json"]) }
    #expect(try folder.names == ["a.json"])
    #expect(
      throws: CheckpointError.cannotWrite(
        path: folder["no/a"].path, reason: "its folder does not exist")
    ) { try AtomicFile.write(Data(), to: folder["no/a"]) }
  }
}
