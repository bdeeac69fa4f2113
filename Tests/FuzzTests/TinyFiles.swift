import BitAllocation
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Quantization
import TestSupport

import struct BitAllocation.Measurement

/// Every kind of file that this program writes, made once of a very small model.
enum TinyFiles {
  static let made = Result { try Made() }

  struct Made: Sendable {
    let folder: TemporaryFolder
    let measurement: BitAllocation.Measurement
    let allocation: AllocationDocument
    let sensitivities: SensitivityDocument

    init() throws {
      folder = try TemporaryFolder()
      var tiny = TinyModel()
      (tiny.hidden, tiny.intermediate, tiny.heads, tiny.keyValueHeads) = (64, 64, 2, 1)
      (tiny.blocks, tiny.vocabulary) = (1, 40)
      let opened = try OpenedModel(Checkpoint(tiny.write(to: folder["original"])))
      let rows = CalibrationRows(
        rows: (0..<3).map { row in (0..<8).map { Int32(($0 * 7 + row * 11) % 40) } },
        strata: ["text", "code"], rowStrata: [0, 0, 1], sources: ["text.txt", "code.txt"], seed: 7)
      let options = ["1:8b_32g s4", "0.5:4b_32g/0.5:3b_32g s4", "1:2b_32g s4"]
      measurement = try MeasureJob(
        model: opened.model, fingerprint: "9f3c", rows: rows,
        menu: OptionMenu(options: options.map { try QParams(parsing: $0) }), menuName: "menu.json",
        settings: MeasureSettings(sketch: 4),
        storage: .init(
          unquantizedBytes: 6000, headerBytes: 900,
          cache: [.init(blocks: 1, numbersPerToken: 32, window: 16)])
      ).run { _ in }
      let request = AllocationRequest(
        .bitsPerWeight(5.5), strata: ["text": 2], depth: DepthWeights(curve: [2, 0.5]),
        rules: [])
      allocation = try AllocationDocument(measurement, request, by: ExactStrategy())
      try ModelConversion(opened, document: allocation, rows: rows)
        .run(into: folder["exl2"], overwrite: false) { _ in }
      let job = try SensitivityJob(
        opened, measurement: measurement, rows: rows,
        settings: SensitivitySettings(
          method: .both, anchors: [6, 4.5], noise: [0.05], rows: 2, gate: 2))
      sensitivities = try job.run(
        in: JobDirectory(folder["job"], settings: job.identity), observer: { _ in })
    }
  }
}

/// A file, or a file in a folder with others, whose content changes from input to input.
final class ChangingFile: Sendable {
  let folder: TemporaryFolder
  let url: URL

  init(_ name: String, in subfolder: String? = nil) throws {
    folder = try TemporaryFolder()
    var parent = folder.url
    if let subfolder {
      parent.append(path: subfolder)
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    }
    url = parent.appending(path: name)
  }

  /// Adds the files of a folder beside this one, all but this one.
  func linkFiles(of other: URL) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: other.path)
    where name != url.lastPathComponent {
      try FileManager.default.createSymbolicLink(
        at: url.deletingLastPathComponent().appending(path: name),
        withDestinationURL: other.appending(path: name))
    }
  }

  /// Replaces the content. Nobody may have the old one mapped.
  func write(_ content: Data) throws -> URL {
    // A file that is emptied before it is written, or replaced, is brought to the disk at once by
    // some file systems, which takes longer than all else.
    let descriptor = open(url.path, O_WRONLY | O_CREAT, 0o644)
    defer { close(descriptor) }
    let written = content.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard descriptor >= 0, written == content.count, ftruncate(descriptor, written) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
    return url
  }
}
