import BitAllocation
import Foundation
import Jobs
import Models
import Tensors
import TestSupport
import Testing
import Tokenizers

@Suite("Calibration rows")
struct CalibrationRowsTests {
  private let folder = try! TemporaryFolder()

  /// Text files of so many random lower-case letters each.
  private func files(_ lengths: [Int]) throws -> [TextFile] {
    try lengths.enumerated().map { index, length in
      var random = SeededGenerator(seed: UInt64(index))
      let text = (0..<length).map { _ in
        Character(Unicode.Scalar(UInt8(97 + random.next(below: 26))))
      }
      try folder.write("text\(index).txt", String(text))
      return try TextFile(folder["text\(index).txt"])
    }
  }

  private func rows(_ files: [TextFile], _ settings: CalibrationSettings) throws -> CalibrationRows
  {
    try CalibrationRows(
      files: files, sources: files.map(\.name), tokenizer: TinySession.tokenizer(),
      vocabularySize: 301, settings: settings)
  }

  @Test("are shared out in proportion, never more than there are", arguments: 0..<200)
  func areSharedOut(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let available = (0...random.next(below: 9)).map { _ in
      random.next(below: 4) == 0 ? 0 : random.next(below: 1 << random.next(below: 12))
    }
    let sum = available.reduce(0, +)
    let total = random.next(below: sum + 3)
    let shares = CalibrationRows.shares(of: total, among: available)
    #expect(shares.reduce(0, +) == min(total, sum))
    for (share, most) in zip(shares, available) {
      #expect(0...most ~= share)
      if total < sum {
        #expect(abs(Double(share) - Double(most * total) / Double(sum)) < 1)
      }
    }
  }

  @Test func areThoseOfTheirFilesInOrder() throws {
    let files = try files([1000, 50, 3000])
    let rows = try rows(files, CalibrationSettings(rows: 12, tokens: 32, seed: 3))
    #expect(rows.rows.count == 12 && rows.rowStrata.count == 12 && rows.tokens == 32)
    #expect(rows.strata == ["text0", "text1", "text2"] && rows.sources == rows.strata)
    #expect(rows.rowStrata == [0, 0, 0] + Array(repeating: 2, count: 9))
    for stratum in rows.strata.indices {
      let all = try TokenRows(
        documents: files[stratum].documents, tokenizer: TinySession.tokenizer(), length: 32
      ).rows
      let places = zip(rows.rows, rows.rowStrata).filter { $0.1 == stratum }.map { row, _ in
        all.firstIndex(of: row) ?? -1
      }
      #expect(!places.contains(-1) && places == Set(places).sorted())
    }
  }

  @Test func tellDocumentsOfAllFilesApart() throws {
    for (name, count) in [("a", 9), ("b", 5)] {
      // The document's number, as a letter, over and over.
      let lines = (0..<count).map { index in
        let letter = Character(Unicode.Scalar(UInt8(97 + index)))
        return "{\"text\": \"\(String(repeating: letter, count: 70))\"}"
      }
      try folder.write("\(name).jsonl", lines.joined(separator: "\n"))
    }
    let files = try ["a", "b"].map { try TextFile(folder["\($0).jsonl"]) }
    let rows = try rows(files, CalibrationSettings(rows: 15, tokens: 32, seed: 3, randomRows: 3))
    let documents = try #require(rows.rowDocuments)
    #expect(documents == rows.description.rowDocuments && documents.count == 15)
    #expect(documents.suffix(3) == [14, 15, 16])
    let letter = try Int32(#require(TinySession.tokenizer().encode("a").last))
    for (index, row) in rows.rows.enumerated().prefix(12) {
      #expect(Int(row[1] - letter) + 9 * rows.rowStrata[index] == documents[index])
    }
  }

  @Test func changeWithTheSeedAndNothingElseDoes() throws {
    let files = try files([2000, 3000])
    var settings = CalibrationSettings(rows: 20, tokens: 32, seed: 1, randomRows: 4)
    let first = try rows(files, settings)
    #expect(try rows(files, settings) == first)
    settings.seed = 2
    let second = try rows(files, settings)
    #expect(second.seed == 2 && second.rows != first.rows)
    #expect(second.strata == first.strata && second.rowStrata == first.rowStrata)
    for stratum in first.strata.indices {
      let parts = [first, second].map { rows in
        zip(rows.rows, rows.rowStrata).filter { $0.1 == stratum }.map(\.0)
      }
      #expect(parts[0] != parts[1])
    }
  }

  @Test func areAllThereAreWhenMoreAreAskedFor() throws {
    let rows = try rows(files([100, 10, 200]), CalibrationSettings(rows: 99, tokens: 32))
    #expect(rows.rowStrata == [0, 0, 0, 2, 2, 2, 2, 2, 2])
  }

  @Test func areRandomTokensWhereAskedFor() throws {
    let settings = CalibrationSettings(rows: 20, tokens: 100, randomRows: 12)
    let rows = try rows(files([3000]), settings)
    #expect(rows.rows.count == 20 && rows.strata == ["text0", "random"])
    #expect(rows.rowStrata == Array(repeating: 0, count: 8) + Array(repeating: 1, count: 12))
    let random = rows.rows.suffix(12)
    #expect(random.allSatisfy { $0.count == 100 && $0[0] == 0 })
    let tokens = random.flatMap { $0.dropFirst() }
    #expect(tokens.allSatisfy { (0..<301).contains($0) })
    // Of 301 tokens, 1188 draws miss 6 on average; text has 26.
    #expect(Set(tokens).count > 250 && Set(random).count == 12)
  }

  @Test("leave room for text", arguments: [(2, 2), (2, 3), (1, 1), (1, -1)])
  func leaveRoomForText(rows: Int, random: Int) throws {
    let settings = CalibrationSettings(rows: rows, tokens: 16, randomRows: random)
    #expect(throws: JobError.tooManyRandomRows(requested: random, rows: rows)) {
      try self.rows(files([100]), settings)
    }
  }

  @Test func needTextForOneRow() throws {
    #expect(throws: JobError.tooLittleText(tokens: 60, needed: 64)) {
      try rows(files([60, 30]), CalibrationSettings(rows: 2, tokens: 64, randomRows: 1))
    }
    #expect(throws: JobError.emptyText(files: ["text0", "text1"])) {
      try rows(files([0, 0]), CalibrationSettings(rows: 2, tokens: 64))
    }
    #expect(try rows(files([63]), CalibrationSettings(rows: 2, tokens: 64)).rows.count == 1)
  }
}

@Suite("A source of calibration rows", .enabled(if: isBuiltInThePackage))
struct CalibrationSourceTests {
  private let session = try! TinySession()

  private func rows(_ source: CalibrationSource) throws -> CalibrationRows {
    try source.rows(for: session.model.description, tokenizer: TinySession.tokenizer())
  }

  @Test func makesRowsOfTheBuiltInText() throws {
    let source = CalibrationSource(rows: 64, tokens: 128, seed: 1)
    let rows = try rows(source)
    #expect(rows.rows.count == 64 && rows.rows.allSatisfy { $0.count == 128 })
    #expect(rows.sources == ["built-in"] && rows.strata.last == "random")
    #expect(rows.rowStrata.count { $0 == rows.strata.count - 1 } == 2)
    // Every text has its share.
    #expect(Set(rows.rowStrata) == Set(rows.strata.indices))
  }

  @Test func isFoundAgainInWhatItMade() throws {
    try session.folder.write("random.txt", String(repeating: "some text ", count: 100))
    try session.folder.write("other.txt", String(repeating: "other text ", count: 100))
    let paths = ["random.txt", "other.txt"].map { session.folder[$0].path }
    for source in [
      CalibrationSource(rows: 40, tokens: 64, seed: 3),
      CalibrationSource(rows: 40, tokens: 64, seed: 3, randomRows: 0),
      CalibrationSource(files: paths, rows: 8, tokens: 64, seed: 3),
      CalibrationSource(files: paths, rows: 8, tokens: 64, seed: 3, randomRows: 2),
      CalibrationSource(files: [paths[1]], rows: 8, tokens: 64, seed: 3, randomRows: 2),
      CalibrationSource(files: paths, rows: 99, tokens: 64, seed: 3, randomRows: 2),
    ] {
      let rows = try rows(source)
      let again = CalibrationSource(rows.description)
      #expect(again.files == source.files && again.settings.rows == rows.rows.count)
      #expect(try self.rows(again) == rows)
    }
  }

  @Test func refusesRowsLongerThanTheModelsPositions() {
    #expect(throws: JobError.tooManyTokens(requested: 257, maximum: 256)) {
      try rows(CalibrationSource(rows: 4, tokens: 257, seed: 1))
    }
  }
}

@Suite("The built-in calibration text")
struct BuiltInCalibrationTests {
  private static let files = try! FileManager.default.contentsOfDirectory(
    at: PackageFolder.path("calibration"), includingPropertiesForKeys: [.fileSizeKey]
  ).filter { $0.pathExtension != "md" }

  @Test("yields rows", arguments: files)
  func yieldsRows(url: URL) throws {
    let file = try TextFile(url)
    let rows = try TokenRows(
      documents: file.documents, tokenizer: TinySession.tokenizer(), length: 256)
    #expect(rows.rows.count > 64)
    #expect(rows.tokens == file.documents.reduce(0) { $0 + $1.utf8.count })
  }

  @Test func isDescribed() throws {
    let readme = try String(
      contentsOf: PackageFolder.path("calibration/README.md"), encoding: .utf8)
    for url in Self.files { #expect(readme.contains("| `\(url.lastPathComponent)` |")) }
  }

  @Test func isLarge() throws {
    let bytes = try Self.files.reduce(0) { try $0 + Data(contentsOf: $1).count }
    #expect(bytes > 200_000)
  }
}
