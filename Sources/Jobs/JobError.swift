import Foundation

/// Why a job can't do what it was asked to.
package enum JobError: LocalizedError, Equatable {
  case unreadableText(file: String, reason: String)
  case unknownTextType(file: String)
  /// `line` counts from 1.
  case badTextLine(file: String, line: Int, reason: String)
  case emptyText(files: [String])
  case tooLittleText(tokens: Int, needed: Int)
  case tooManyRandomRows(requested: Int, rows: Int)
  /// Rows longer than the model's positions.
  case tooManyTokens(requested: Int, maximum: Int)
  case noCalibrationFolder(searched: [String])
  /// The fingerprints differ.
  case allocationOfAnotherModel(allocation: String, model: String)
  case layerWithoutAllocation(layer: String)
  case allocationForUnknownLayer(layer: String)
  case unusableOption(layer: String, reason: String)
  case measurementDiffers(file: String, differences: [String])
  /// A window, of so many tokens, in which no token is next to be scored.
  case nothingToPredict(tokens: Int)
  case vocabulariesDiffer(model: Int, reference: Int)
  case badTokenIDs(file: String, reason: String)
  case unknownFormat(String, known: [String])
  /// An interrupted job that can't be continued with these settings.
  case otherSettings(directory: String, differences: [String])
  /// In bytes: what may be used, what it takes, and of that what a block's weights, a stage and one
  /// option take.
  case notEnoughMemory(
    job: String, limit: Int, needed: Int, weights: Int, stage: Int, option: Int)
  /// An interrupted job that another version of this program began.
  case otherJobVersion(directory: String, found: Int, expected: Int)
  /// Another process works in the folder.
  case jobIsRunning(directory: String)
  /// A folder or file that isn't an interrupted job's, where one is wanted.
  case noJobDirectory(String)
  /// The fingerprints differ.
  case measurementOfAnotherModel(measurement: String, model: String)
  /// The rows aren't those that a measurement was made on.
  case otherCalibrationText
  /// Comparing rows takes two or more.
  case tooFewComparedRows(Int)
  /// Quantizing the layer threw an error with this message.
  case layerFailed(layer: String, reason: String)

  package var errorDescription: String? {
    switch self {
    case .unreadableText(let file, let reason):
      "\(file) can't be read: \(reason)"
    case .unknownTextType(let file):
      "\(file) is neither .txt nor .jsonl, which is what texts can be read from."
    case .badTextLine(let file, let line, let reason):
      "\(file), line \(line): \(reason) A line of .jsonl is an object with a \"text\"."
    case .emptyText(let files):
      "There is no text in \(files.joined(separator: ", "))."
    case .tooLittleText(let tokens, let needed):
      "One row takes \(needed) tokens, and the longest text has \(tokens). "
        + "Give a longer text, or a smaller --tokens."
    case .tooManyRandomRows(let requested, let rows):
      "\(requested) random rows of \(rows) in all leave no room for text. Give fewer with "
        + "--random-rows, or more --rows."
    case .tooManyTokens(let requested, let maximum):
      "Rows of \(requested) tokens are longer than the \(maximum) positions the model has. "
        + "Give --tokens \(maximum) or less."
    case .noCalibrationFolder(let searched):
      "The built-in calibration text isn't in \(searched.joined(separator: " or ")). "
        + "Give a text with --calibration FILE."
    case .allocationOfAnotherModel(let allocation, let model):
      "The allocation was made for a model with fingerprint \(allocation.prefix(12))…, but this "
        + "one has \(model.prefix(12))…. Measure this model, or convert the one that was measured."
    case .layerWithoutAllocation(let layer):
      "The allocation has no option for '\(layer)'. It was made from a measurement of another "
        + "model or menu: run 'bpw optimize' again."
    case .allocationForUnknownLayer(let layer):
      "The allocation names '\(layer)', which the model doesn't have."
    case .unusableOption(let layer, let reason):
      "The allocation's option for '\(layer)' can't be used. \(reason)"
    case .measurementDiffers(let file, let differences):
      "\(file) holds a measurement with other settings: \(differences.joined(separator: "; ")). "
        + "Give the same settings to use it, or another file with --measurement to measure anew."
    case .nothingToPredict(let tokens):
      "A window of \(tokens) token leaves nothing to predict. Give windows of 2 tokens or more."
    case .vocabulariesDiffer(let model, let reference):
      "The model has \(model) tokens in its vocabulary and the reference \(reference): "
        + "their predictions can't be compared."
    case .badTokenIDs(let file, let reason):
      "\(file): \(reason) Expected is a tensor 'input_ids' of whole numbers, (rows, tokens)."
    case .unknownFormat(let name, let known):
      "The allocation is for the format '\(name)'; known are \(known.joined(separator: ", "))."
    case .otherSettings(let directory, let differences):
      "\(directory) holds an unfinished job with other settings"
        + (differences.isEmpty ? "" : ": \(differences.joined(separator: "; "))")
        + ". Give the same settings to continue it, or delete the folder to start afresh."
    case .notEnoughMemory(let job, let limit, let needed, let weights, let stage, let option):
      "\(job.prefix(1).uppercased() + job.dropFirst()) this model takes \(gibibytes(needed)) of memory, and "
        + "\(gibibytes(limit)) may be used: \(gibibytes(weights)) for weights, \(gibibytes(stage)) "
        + "for activations and Hessians, \(gibibytes(option)) for quantizing a layer, the rest for "
        + "the program. Give more with --memory, or fewer --tokens per row."
    case .otherJobVersion(let directory, let found, let expected):
      "\(directory) was begun by another version of bpw: its job is of version \(found), and this "
        + "one continues version \(expected). Delete the folder to start afresh."
    case .jobIsRunning(let directory):
      "\(directory) is in use: another bpw is at work on the same output. Wait for it, or give "
        + "another output."
    case .noJobDirectory(let directory):
      "\(directory) is in the way: it isn't the folder of an unfinished job. Move it, or give "
        + "another output."
    case .measurementOfAnotherModel(let measurement, let model):
      "The measurement is of a model with fingerprint \(measurement.prefix(12))…, but this one has "
        + "\(model.prefix(12))…. Measure this model, or give the one that was measured."
    case .otherCalibrationText:
      "The calibration text isn't what it was when the model was measured. Measure the model again."
    case .tooFewComparedRows(let found):
      "\(found) row can be compared, and it takes 2 to tell how certain a result is. Give more "
        + "--rows, or a measurement on more rows of text."
    case .layerFailed(let layer, let reason):
      "\(layer): \(reason)"
    }
  }
}

private func gibibytes(_ bytes: Int) -> String {
  "\((Double(bytes) / 0x1p30).formatted(digits: 3)) GiB"
}
