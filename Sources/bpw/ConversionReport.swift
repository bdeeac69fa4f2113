import BitAllocation
import Foundation
import Jobs

/// What `bpw convert` and `bpw quantize` say about their result.
struct ConversionReport: Encodable {
  private let command: String
  let model: String
  let format: String
  let bitsPerWeight: Double
  let bytes: Int
  let predictedError: Double

  init(_ command: String, _ document: AllocationDocument, path: String) throws {
    self.command = command
    model = path
    format = document.settings.format
    bitsPerWeight = document.bitsPerWeight
    predictedError = document.predictedError
    bytes = try FileManager.default.contentsOfDirectory(
      at: URL(filePath: path), includingPropertiesForKeys: [.fileSizeKey]
    ).reduce(0) { try $0 + ($1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0) }
  }

  enum CodingKeys: String, CodingKey {
    case model, format, bytes
    case bitsPerWeight = "bits_per_weight"
    case predictedError = "predicted_error"
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report(command, self).text())
      return
    }
    console.result(
      "\(model): \(format.uppercased()), \(bitsPerWeight.formatted(digits: 4)) bits per weight, "
        + "\(bytes) bytes with embeddings and tokenizer")
  }
}
