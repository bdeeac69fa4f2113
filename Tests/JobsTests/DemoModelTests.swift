import BitAllocation
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Quantization
import TestSupport
import Testing
import Tokenizers

/// The whole chain on a trained model, on text that it has not seen.
@Suite("The demo model", .serialized)
struct DemoModelTests {
  private static let chain = Result { try Chain() }

  @Test func predictsTextItHasNotSeen() throws {
    let chain = try Self.chain.get()
    let evaluation = try EvaluateJob(model: chain.opened.model, windows: chain.windows)
      .run(observer: { _ in })
    // About 47 on all of the text; these are its first windows.
    #expect((40..<60).contains(evaluation.perplexity.value))
  }

  @Test("is closer to the original with the optimal allocation", arguments: [3.0, 4.0, 5.0])
  func isCloserWithTheOptimalAllocation(bits: Double) throws {
    let chain = try Self.chain.get()
    let uniform = try chain.divergence(bits: bits, strategy: UniformStrategy())
    let optimal = try chain.divergence(bits: bits, strategy: ExactStrategy())
    // The intervals don't touch: this is no luck of the windows.
    #expect(optimal.high < uniform.low)
  }

  @Test func isNearlyLosslessAtEightBitsAndNotAtTwo() throws {
    let chain = try Self.chain.get()
    let eight = try chain.divergence(bits: 8.0, strategy: ExactStrategy())
    let two = try chain.divergence(bits: 2.45, strategy: ExactStrategy())
    #expect(eight.high < 0.0005)
    #expect(two.low > 0.05)
  }

  @Test func takesTheBitsThatWereCounted() throws {
    let chain = try Self.chain.get()
    let document = try chain.allocate(bits: 4.0, strategy: ExactStrategy())
    let folder = try chain.convert(document)
    let checkpoint = try Checkpoint(folder)
    let suffixes = [".q_weight", ".q_scale", ".q_scale_max", ".q_groups", ".q_invperm"]
    let written = try checkpoint.tensorNames
      .filter { name in suffixes.contains { name.hasSuffix($0) } }
      .reduce(0) { try $0 + 8 * checkpoint.description(of: $1).byteCount }
    #expect(written == document.bits)
    #expect(Double(written) <= 4.0 * Double(document.weights))
  }
}

/// A measurement of the demo model on a few rows, and what is made from it.
private final class Chain: Sendable {
  let opened: OpenedModel
  let windows: [[Int32]]
  private let rows: CalibrationRows
  private let measurement: BitAllocation.Measurement
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    opened = try OpenedModel(Checkpoint(PackageFolder.path("models/demo")))
    let tokenizer = try Tokenizer(directory: PackageFolder.path("models/demo"))
    windows = Array(
      try EvaluationText(files: [PackageFolder.path("models/held-out.txt")])
        .windows(tokenizer: tokenizer, tokens: 512).prefix(12))
    let texts = try ["prose", "instructions", "reasoning", "code"].map {
      try TextFile(PackageFolder.path("calibration/\($0).jsonl"))
    }
    rows = try CalibrationRows(
      files: texts, sources: texts.map(\.name), tokenizer: tokenizer,
      vocabularySize: opened.model.description.vocabularySize,
      settings: CalibrationSettings(rows: 24, tokens: 512, seed: 1, randomRows: 1))
    measurement = try MeasureJob(
      model: opened.model, fingerprint: opened.checkpoint.fingerprint(), rows: rows,
      menu: OptionMenu(contentsOf: PackageFolder.path("qparams/exl2.json")), menuName: "exl2.json",
      settings: MeasureSettings(sketch: 16)
    ).run(observer: { _ in })
  }

  func allocate(bits: Double, strategy: any AllocationStrategy) throws -> AllocationDocument {
    try AllocationDocument(measurement, .init(.bitsPerWeight(bits)), by: strategy)
  }

  func convert(_ document: AllocationDocument) throws -> URL {
    let output = folder["\(document.strategy)-\(document.targetBitsPerWeight)-\(UUID().uuidString)"]
    try ModelConversion(opened, document: document, rows: rows)
      .run(into: output, overwrite: false, observer: { _ in })
    return output
  }

  /// The held-out KL divergence from the original.
  func divergence(bits: Double, strategy: any AllocationStrategy) throws -> Estimate {
    let quantized = try OpenedModel(
      Checkpoint(convert(allocate(bits: bits, strategy: strategy))))
    let evaluation = try EvaluateJob(
      model: quantized.model, reference: opened.model, windows: windows
    ).run(observer: { _ in })
    return try #require(evaluation.divergence)
  }
}
