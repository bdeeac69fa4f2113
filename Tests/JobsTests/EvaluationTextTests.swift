import Foundation
import Jobs
import TestSupport
import Testing
import Tokenizers

@Suite("A text to evaluate on")
struct EvaluationTextTests {
  private let folder = try! TemporaryFolder()

  private func windows(_ texts: [String], tokens: Int) throws -> [[Int32]] {
    for (index, text) in texts.enumerated() { try folder.write("\(index).txt", text) }
    return try EvaluationText(files: texts.indices.map { folder["\($0).txt"] })
      .windows(tokenizer: TinySession.tokenizer(), tokens: tokens)
  }

  @Test func isCutIntoWindowsFileByFile() throws {
    let tokenizer = try TinySession.tokenizer()
    #expect(
      try windows(["abcdefgh", "xyz", "1234"], tokens: 4)
        == ["abc", "def", "xyz", "123"].map { try tokenizer.encode($0) })
  }

  @Test func fillsOneWindowAtLeast() throws {
    #expect(throws: JobError.tooLittleText(tokens: 3, needed: 8)) {
      try windows(["abc", "de"], tokens: 8)
    }
    #expect {
      try windows(["", ""], tokens: 8)
    } throws: { error in
      if case .emptyText(let files)? = error as? JobError { files.count == 2 } else { false }
    }
  }
}
