import BitAllocation
import Foundation
import Models
import Tokenizers

/// Where calibration rows come from: enough to make the same rows again.
package struct CalibrationSource: Sendable, Equatable {
  /// Paths of text files; empty for the built-in text.
  package var files: [String]
  /// Which rows are made of them.
  package var settings: CalibrationSettings

  /// `randomRows` nil stands for the default: one in thirty-two with the built-in text, else none.
  package init(files: [String] = [], rows: Int, tokens: Int, seed: UInt64, randomRows: Int? = nil) {
    self.files = files
    settings = CalibrationSettings(
      rows: rows, tokens: tokens, seed: seed, randomRows: randomRows ?? (files.isEmpty ? nil : 0))
  }

  /// The source that a measurement names.
  package init(_ calibration: BitAllocation.Measurement.Calibration) {
    self.init(
      files: calibration.sources == [Self.builtIn] ? [] : calibration.sources,
      rows: calibration.rows, tokens: calibration.tokens, seed: calibration.seed,
      randomRows: calibration.randomRows)
  }

  static let builtIn = "built-in"
  static let randomStratum = "random"

  /// Reads the texts and makes the rows.
  ///
  /// Throws `JobError` where a text can't be read or is too short, or rows are longer than the
  /// model's positions.
  package func rows(for model: ModelDescription, tokenizer: Tokenizer) throws -> CalibrationRows {
    guard settings.tokens <= model.maximumPositions else {
      throw JobError.tooManyTokens(
        requested: settings.tokens, maximum: model.maximumPositions)
    }
    let urls = try files.isEmpty ? Self.builtInFiles() : files.map { URL(filePath: $0) }
    return try CalibrationRows(
      files: urls.map(TextFile.init), sources: files.isEmpty ? [Self.builtIn] : files,
      tokenizer: tokenizer, vocabularySize: model.vocabularySize, settings: settings)
  }

  /// The files of the folder `calibration`, by name.
  private static func builtInFiles() throws -> [URL] {
    guard let folder = ResourceFolder.find("calibration") else {
      throw JobError.noCalibrationFolder(
        searched: ResourceFolder.candidates("calibration").prefix(2).map(\.path))
    }
    return try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "jsonl" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }
}
