import BitAllocation
import Checkpoints
import Crypto
import Formats
import Foundation
import Models
import Quantization
import Tensors

/// Finds what an error in each layer does to a model's predictions: one layer at a time is changed,
/// and the predictions for some of the measured rows are compared with the original's.
///
/// The walk over the blocks is the original's, so that only what follows a change is run anew.
/// Memory holds a block, the states of all measured rows, as measuring does, and up to 1 GiB of
/// states on their way through what follows.
package struct SensitivityJob {
  private let opened: OpenedModel
  private let measurement: BitAllocation.Measurement
  private let rows: CalibrationRows
  private let settings: SensitivitySettings
  private let unscored: Int32?
  private let compared: [Int]

  /// `rows` are those that the measurement was made on; `unscored` is a token whose prediction
  /// doesn't count.
  ///
  /// Throws `JobError` if they are others, or fewer than two can be compared, and `ModelError` for
  /// a model that is quantized already.
  package init(
    _ opened: OpenedModel, measurement: BitAllocation.Measurement, rows: CalibrationRows,
    settings: SensitivitySettings = SensitivitySettings(), unscored: Int32? = nil
  ) throws {
    _ = try opened.original()
    guard rows.fingerprint == measurement.calibration.fingerprint else {
      throw JobError.otherCalibrationText
    }
    self.opened = opened
    self.measurement = measurement
    self.rows = rows
    self.settings = settings
    self.unscored = unscored
    compared = settings.comparedRows(of: rows)
    guard compared.count > 1 else { throw JobError.tooFewComparedRows(compared.count) }
  }

  /// What must be the same for a job to be continued.
  package struct Identity: Codable, Equatable, Sendable {
    let settings: SensitivitySettings
    /// SHA-256, in hexadecimal, of the measurement, which names the model.
    let measurement: String
    /// The implementation that does the arithmetic.
    let kernel: String
  }

  /// What a directory for this job is opened with.
  package var identity: Identity {
    get throws {
      Identity(
        settings: settings, measurement: SHA256.hexadecimal(of: try measurement.encoded()),
        kernel: BLAS.kernel)
    }
  }

  /// Looks at every layer, then holds what that predicts against random allocations. A unit is a
  /// block, the head, and an allocation; those that the directory has aren't done again.
  ///
  /// Throws what measuring throws.
  package func run(
    in directory: JobDirectory, observer: JobObserver
  ) throws -> SensitivityDocument {
    let description = try OptionMenu.arranged(opened.model.description)
    let model = Model(description: description, weights: opened.model.weights)
    let trials = try GateTrials(measurement, settings)
    let units = description.blocks.map(\.name) + [description.head.name] + trials.names
    observer(
      .began(
        job: "Comparing", units: units.count, done: units.count { directory.hasResult(of: $0) }))

    let records = try records(of: model, in: directory, observer: observer)
    let analysis = SensitivityAnalysis(
      measurement: measurement, settings: settings, compared: compared,
      tokens: tokens)
    var document = SensitivityDocument(
      model: measurement.model, calibration: measurement.calibration,
      settings: .init(
        method: settings.method, anchors: settings.method == .noise ? [] : settings.anchors,
        noise: settings.method == .anchor ? [] : settings.noise, rows: compared,
        seed: settings.seed, estimator: settings.estimator, scale: settings.scale),
      gate: nil, layers: try analysis.layers(records))
    document.gate = try trials.run(
      opened, rows: rows, windows: windows, unscored: unscored,
      coefficients: document.coefficients, in: directory, observer: observer)
    return document
  }

  private var windows: [[Int32]] { compared.map { rows.rows[$0] } }

  /// Compared tokens of each compared row.
  private var tokens: [Int] { windows.map { $0.dropFirst().count { $0 != unscored } } }

  /// What came of changing every layer.
  private func records(
    of model: Model, in directory: JobDirectory, observer: JobObserver
  ) throws -> [SwapRecord] {
    let maker = SwapMaker(measurement, settings: settings, compared: compared)
    let blocks = model.description.blocks
    let head = model.description.head.name
    // What was done is only walked through if something after it wasn't.
    var walk = SwapWalk(
      model: model, maker: maker, rows: rows, windows: windows, unscored: unscored)
    var records: [SwapRecord] = []
    for (index, block) in blocks.enumerated() {
      let wasDone = directory.hasResult(of: block.name)
      records += try directory.result(of: block.name) {
        try walk.records(ofBlock: index) {
          observer(.advanced(unit: block.name, fraction: $0))
        }
      }
      if !wasDone {
        observer(.finishedUnit(block.name, note: note(records.suffix(block.linears.count))))
      }
    }
    let wasDone = directory.hasResult(of: head)
    records += try directory.result(of: head) { try walk.recordsOfHead() }
    if !wasDone { observer(.finishedUnit(head, note: note(records.suffix(1)))) }
    return records
  }

  private func note(_ records: ArraySlice<SwapRecord>) -> String {
    let largest = records.map { $0.divergences.reduce(0, +) }.max() ?? 0
    let perToken = largest / Double(max(tokens.reduce(0, +), 1))
    return "KL up to \(perToken.formatted(digits: 2))"
  }
}
