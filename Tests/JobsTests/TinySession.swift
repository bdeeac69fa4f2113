import BitAllocation
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Quantization
import Tensors
import TestSupport
import Tokenizers

import struct BitAllocation.Measurement

/// A tiny model on disk, a tokenizer whose tokens are bytes, rows of random tokens, and a menu of
/// four options.
struct TinySession {
  let folder: TemporaryFolder
  let opened: OpenedModel
  let rows: CalibrationRows

  var model: Model { opened.model }

  /// Their widths are 8, 4, 2.5 and 2.
  static let options = [
    "1:8b_32g s4", "1:4b_32g s4", "0.5:3b_32g/0.5:2b_32g s4", "1:2b_32g s4",
  ]

  init(
    rows: Int = 6, tokens: Int = 48, _ change: (inout TinyModel) -> Void = { _ in },
    changing: (String, inout [Float]) -> Void = { _, _ in }
  ) throws {
    var tiny = TinyModel()
    change(&tiny)
    folder = try TemporaryFolder()
    opened = try OpenedModel(
      Checkpoint(tiny.write(to: folder["original"], changing: changing)))
    self.rows = Self.randomRows(rows, tokens: tokens, vocabulary: tiny.vocabulary)
  }

  func measurement(
    sketch: Int = 0, options: [String] = Self.options
  ) throws -> BitAllocation.Measurement {
    try MeasureJob(
      model: model, fingerprint: "fingerprint", rows: rows,
      menu: OptionMenu(options: options.map { try QParams(parsing: $0) }), menuName: "menu.json",
      settings: MeasureSettings(sketch: sketch)
    ).run { _ in }
  }

  func allocation(
    _ option: String, from measurement: BitAllocation.Measurement
  ) throws -> AllocationDocument {
    try AllocationDocument(giving: option, from: measurement)
  }

  /// Converts the model, and returns the new one.
  func converted(
    _ document: AllocationDocument, to name: String = "converted"
  ) throws -> OpenedModel {
    try ModelConversion(opened, document: document, rows: rows)
      .run(into: folder[name], overwrite: false) { _ in }
    return try OpenedModel(Checkpoint(folder[name]))
  }

  /// Rows of random tokens.
  static func randomRows(_ count: Int, tokens: Int, vocabulary: Int) -> CalibrationRows {
    CalibrationRows(
      rows: randomWindows(count, tokens: tokens, vocabulary: vocabulary, seed: 1),
      strata: ["random"], rowStrata: [Int](repeating: 0, count: count), sources: ["nowhere"],
      seed: 7)
  }

  static func tokenizer(startsTexts: Bool = true) throws -> Tokenizer {
    let json = TinyModel.byteTokenizer
    let start = #"{"SpecialToken": {"id": "<s>", "type_id": 0}},"#
    return try Tokenizer(
      json: Data((startsTexts ? json : json.replacing(start, with: "")).utf8))
  }
}

extension AllocationDocument {
  /// An allocation that gives all layers the same option.
  init(giving option: String, from measurement: BitAllocation.Measurement) throws {
    let request = AllocationRequest(.bitsPerWeight(16))
    let problem = try AllocationProblem(measurement, request)
    let choices = problem.layers.map { layer in
      layer.options.firstIndex { $0.name == option }!
    }
    self.init(
      Allocation(choices: choices), of: problem, from: measurement, request: request,
      strategy: UniformStrategy())
  }
}

/// Random token ids, each row begun by token 0.
func randomWindows(_ count: Int, tokens: Int, vocabulary: Int, seed: Int) -> [[Int32]] {
  (0..<count).map { row in
    var random = SeededGenerator(seed: UInt64(seed), stream: UInt64(row))
    return [0] + (1..<tokens).map { _ in Int32(random.next(below: vocabulary)) }
  }
}

extension Model {
  /// The logits of one sequence, (tokens, vocabulary).
  func logits(_ tokens: [Int32]) throws -> Matrix {
    var states = try embeddings(of: tokens)
    for block in description.blocks {
      states = try LoadedBlock(block, from: weights, length: tokens.count).run(states)
    }
    let head = try LoadedHead(of: self)
    return head.logits(reading: head.normalized(states))
  }
}
