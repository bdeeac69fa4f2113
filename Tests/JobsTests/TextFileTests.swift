import Foundation
import Jobs
import TestSupport
import Testing

@Suite("A text file")
struct TextFileTests {
  private let folder = try! TemporaryFolder()

  private func file(_ name: String, _ text: String) throws -> TextFile {
    try folder.write(name, text)
    return try TextFile(folder[name])
  }

  @Test func isOneDocumentInPlainText() throws {
    let file = try file("a.b.txt", "one\n\ntwo\r\n\u{FEFF}é")
    #expect(file.name == "a.b")
    #expect(file.documents == ["one\n\ntwo\r\n\u{FEFF}é"])
    #expect(try self.file("empty.txt", "").documents == [])
    #expect(try self.file("loud.TXT", "A").documents == ["A"])
  }

  @Test func isADocumentPerLineInJSONLines() throws {
    let lines = """
      {"text": "one\\ntwo", "name": 3}

      \t \r
      {"text": ""}
      {"name": {"text": "inner"}, "text": "\\u00e9\\ud83d\\ude00"}\r
      """
    #expect(try file("a.jsonl", lines).documents == ["one\ntwo", "é😀"])
    #expect(try file("b.jsonl", lines + "\n").documents.count == 2)
    #expect(try file("c.jsonl", "").documents == [])
  }

  @Test(
    "with a bad line is refused by the line's number",
    arguments: [
      ("{\"text\": \"a\"", 3), ("{\"text\": 1}", 3), ("{\"txt\": \"a\"}", 3), ("[]", 3),
      ("{\"text\": null}", 3), ("\"text\"", 3), ("{\"text\": \"a\"} x", 3),
      ("{\"text\": \"a\", \"text\": \"b\"}", 3), ("\n\nnull", 5),
    ])
  func badLine(line: String, number: Int) throws {
    #expect {
      try file("bad.jsonl", "{\"text\": \"a\"}\n\n\(line)\n{\"text\": \"b\"}\n")
    } throws: { error in
      guard case .badTextLine(let file, number, _)? = error as? JobError else { return false }
      return file == folder["bad.jsonl"].path
        && error.localizedDescription.contains("bad.jsonl, line \(number): ")
    }
  }

  @Test func thatIsNotUTF8IsRefusedByTheByte() throws {
    try folder.write("latin.txt", Data([0x61, 0x62, 0xe9, 0x0a]))
    #expect(
      throws: JobError.unreadableText(
        file: folder["latin.txt"].path, reason: "it isn't UTF-8 at byte 2.")
    ) { try TextFile(folder["latin.txt"]) }
    try folder.write("latin.jsonl", Data("{\"text\": \"".utf8) + [0xe9] + Data("\"}".utf8))
    #expect {
      try TextFile(folder["latin.jsonl"])
    } throws: { error in
      if case .badTextLine(_, 1, _)? = error as? JobError { true } else { false }
    }
  }

  @Test("of another type is refused", arguments: ["a.md", "a", "a.json", "txt"])
  func otherTypes(name: String) throws {
    #expect(throws: JobError.unknownTextType(file: folder[name].path)) { try file(name, "text") }
  }

  @Test func thatIsNotThereIsRefused() throws {
    #expect(
      throws: JobError.unreadableText(
        file: folder["none.txt"].path, reason: "there is no such file.")
    ) { try TextFile(folder["none.txt"]) }
    try FileManager.default.createDirectory(
      at: folder["folder.txt"], withIntermediateDirectories: false)
    #expect {
      try TextFile(folder["folder.txt"])
    } throws: { error in
      if case .unreadableText? = error as? JobError { true } else { false }
    }
  }
}
