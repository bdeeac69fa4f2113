import BitAllocation
import Foundation

import struct BitAllocation.Measurement

extension Measurement {
  /// Two layers, two options each, three rows.
  static let sample = Measurement(
    model: Model(architecture: "Qwen3ForCausalLM", blocks: 1, weights: 192, fingerprint: "9f3c"),
    calibration: Calibration(
      rows: 3, tokens: 2048, seed: .max, sources: ["calibration/mixed.jsonl"],
      strata: ["text", "code"], rowStrata: [0, 0, 1], randomRows: 0, fingerprint: "5678"),
    settings: Settings(
      format: "exl2", menu: "qparams/exl2.json", damping: 0.01, sketch: 0, kernel: "cpu"),
    layers: [
      MeasuredLayer(
        name: "model.layers.0.self_attn.o_proj", block: 0, role: "o_proj", inputs: 8, outputs: 8,
        reference: [4, 16, 8], residual: [5, 20.5, 0.1],
        options: [
          MeasuredOption(option: "2", bits: 128, errors: [1, 2, 4]),
          MeasuredOption(
            option: "0.1:4b_128g/0.9:3b_128g s4", bits: 256,
            errors: [0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude]),
        ]),
      MeasuredLayer(
        name: "lm_head", block: nil, role: "lm_head", inputs: 8, outputs: 16,
        reference: [1, 1, 1],
        options: [
          MeasuredOption(option: "2", bits: 256, errors: [0.5, 0.25, 0]),
          MeasuredOption(option: "4", bits: 512, errors: [0.1, 0.3, 0]),
        ]),
    ])

  static func random(seed: UInt64) -> Measurement {
    let problem = AllocationProblem.random(seed: seed, options: 2...5)
    var measurement = sample
    measurement.model.weights = problem.weights
    measurement.layers = problem.layers.map { layer in
      MeasuredLayer(
        name: layer.name, block: 0, role: "q_proj", inputs: 64, outputs: layer.weights / 64,
        reference: [1, 1, 1],
        options: layer.options.map {
          MeasuredOption(
            option: $0.name, bits: $0.bits, errors: .init(repeating: Float($0.error), count: 3))
        })
    }
    return measurement
  }
}

extension AllocationDocument {
  static func sample() throws -> AllocationDocument {
    let measurement = Measurement.random(seed: 11)
    let size = measurement.reachableBitsPerWeight
    let target = (size.lowerBound + size.upperBound) / 2
    return try AllocationDocument(
      measurement, AllocationRequest(.bitsPerWeight(target)), by: ExactStrategy())
  }
}

/// Runs `body` with the address of a file that holds `content`, or of no file.
func withFile<Result>(
  _ content: Data? = nil, _ body: (URL) throws -> Result
) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let url = folder.appending(path: "file.json")
  try content?.write(to: url)
  return try body(url)
}

/// What is found wrong with a file.
func problem<D: Document>(
  reading type: D.Type, from text: some StringProtocol
) throws -> DocumentProblem? {
  try withFile(Data(text.utf8)) { url in
    do {
      _ = try D.read(url)
      return nil
    } catch let error as DocumentError {
      return error.problem
    }
  }
}
