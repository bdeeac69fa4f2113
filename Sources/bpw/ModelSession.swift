import BitAllocation
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Quantization
import Tokenizers

/// A model folder that a command works on, and what measuring and converting have in common.
struct ModelSession {
  let opened: OpenedModel
  let tokenizer: Tokenizer
  private let console: Console

  /// Opens an original model, and says what it is.
  init(_ path: String, console: Console) throws {
    self.console = console
    console.doing("Opening \(path)")
    let checkpoint = try Checkpoint(URL(filePath: path))
    opened = try OpenedModel(checkpoint)
    let description = try opened.original().description
    tokenizer = try Tokenizer(directory: checkpoint.directory)
    for remark in description.remarks + tokenizer.notes { console.note("Note: \(remark).") }
    let layers = try OptionMenu.arranged(description).linears
    let weights = layers.reduce(0) { $0 + $1.weightCount }
    console.fact(
      "Model",
      "\(description.architecture), \(description.blocks.count) blocks, "
        + "\(layers.count) linear layers, \(weights) weights")
  }

  /// The longest rows the model can be given.
  var positions: Int { opened.model.description.maximumPositions }

  /// The rows to calibrate on.
  func rows(_ source: CalibrationSource) throws -> CalibrationRows {
    console.doing("Reading the calibration text")
    let rows = try source.rows(for: opened.model.description, tokenizer: tokenizer)
    let wanted = source.settings.rows
    let used = Set(rows.rowStrata).sorted().map { rows.strata[$0] }
    console.fact(
      "Calibration",
      "\(rows.rows.count) \(rows.rows.count == 1 ? "row" : "rows") of \(rows.tokens) tokens: "
        + used.joined(separator: ", "))
    if rows.rows.count < wanted {
      console.note("The text makes \(rows.rows.count) rows; \(wanted) were asked for.")
    }
    return rows
  }

  func measure(
    _ options: MeasuringOptions, calibration source: CalibrationSource
  ) throws -> BitAllocation.Measurement {
    let url = try options.menuURL()
    let menu = try OptionMenu(contentsOf: url)
    try menu.check(opened.model.description)
    do {
      try OptionMenu.outputFormat.check(opened.model.description)
    } catch {
      // Measuring and comparing is of use all the same.
      console.warn(error.localizedDescription)
    }
    let job = try MeasureJob(
      model: opened.model, fingerprint: fingerprint(), rows: rows(source), menu: menu,
      menuName: url.lastPathComponent, settings: options.settings,
      storage: menu.storage(of: opened.model.description, companions: opened.companions))
    console.fact("Options", "\(menu.options.count) per layer from \(job.menuName)")
    return try job.run(observer: console.observe)
  }

  /// Throws if a measurement is of another model.
  func check(_ measurement: BitAllocation.Measurement) throws {
    let fingerprint = try fingerprint()
    guard measurement.model.fingerprint == fingerprint else {
      throw JobError.measurementOfAnotherModel(
        measurement: measurement.model.fingerprint, model: fingerprint)
    }
  }

  /// The job that finds the sensitivities of a measured model.
  func sensitivityJob(
    _ measurement: BitAllocation.Measurement, settings: SensitivitySettings
  ) throws -> SensitivityJob {
    try check(measurement)
    return try SensitivityJob(
      opened, measurement: measurement, rows: rows(CalibrationSource(measurement.calibration)),
      settings: settings, unscored: tokenizer.bosTokenID)
  }

  /// Throws if no allocation can have the size: measuring wouldn't change that.
  func checkReachable(_ target: TargetOptions, measuring: MeasuringOptions) throws {
    let menu = try OptionMenu(contentsOf: measuring.menuURL())
    let model = opened.model.description
    try OptionMenu.outputFormat.check(model)
    let plan = try menu.plan(of: model, companions: opened.companions)
    try target.size.checkReachable(plan, rules: target.weighing.rules)
  }

  /// Tells whether a measurement or an allocation is of this model.
  private func fingerprint() throws -> String {
    console.doing("Taking the model's fingerprint")
    return try opened.checkpoint.fingerprint()
  }

  /// Converts the model into a new folder.
  func convert(
    _ document: AllocationDocument, calibration source: CalibrationSource, to output: OutputFile
  ) throws {
    let fingerprint = try fingerprint()
    guard document.model.fingerprint == fingerprint else {
      throw JobError.allocationOfAnotherModel(
        allocation: document.model.fingerprint, model: fingerprint)
    }
    // Before a text is read.
    try ModelConversion.check(opened, document: document)
    let conversion = try ModelConversion(opened, document: document, rows: rows(source))
    console.fact(
      "Allocation",
      "\(document.bitsPerWeight.formatted(digits: 4)) bits per weight by '\(document.strategy)'")
    for remark in conversion.remarks { console.note("Note: \(remark).") }
    for file in conversion.missingFiles {
      console.warn(
        "The model folder has no \(file), without which a runtime can't load the converted model. "
          + "Add it to \(output.url.relativePath).")
    }
    try conversion.run(
      into: output.url, overwrite: output.overwrite, observer: console.observe)
  }
}

extension ModelSession {
  /// Throws if a kept measurement isn't what measuring now with these settings would give.
  func check(
    _ kept: BitAllocation.Measurement, file: String, measuring: MeasuringOptions,
    calibration source: CalibrationSource
  ) throws {
    var differences: [String] = []
    func compare(_ what: String, _ found: some Equatable, _ wanted: some Equatable) {
      if "\(found)" != "\(wanted)" { differences.append("\(what) \(found) instead of \(wanted)") }
    }
    let fingerprint = try fingerprint()
    compare("model", kept.model.fingerprint.prefix(12), fingerprint.prefix(12))
    let found = CalibrationSource(kept.calibration)
    compare("text", found.shownFiles, source.shownFiles)
    compare("tokens", found.settings.tokens, source.settings.tokens)
    compare("seed", found.settings.seed, source.settings.seed)
    let menu = try measuring.menuURL()
    compare("options", kept.settings.menu, menu.lastPathComponent)
    let options = try OptionMenu(contentsOf: menu).options.map(\.description)
    if differences.isEmpty, options != kept.layers[0].options.map(\.option) {
      differences.append("\(menu.lastPathComponent) as it was then instead of as it is now")
    }
    compare(
      "damping", kept.settings.damping.map { "\($0)" } ?? "automatic",
      measuring.damping.map { "\($0)" } ?? "automatic")
    compare("sketch", kept.settings.sketch, measuring.sketch)
    // Making the rows again tells how many there are, and whether the text is the same.
    if differences.isEmpty {
      let now = try source.rows(for: opened.model.description, tokenizer: tokenizer)
      compare("rows", kept.calibration.rows, now.rows.count)
      compare("random rows", kept.calibration.randomRows, now.randomRows)
      if differences.isEmpty, kept.calibration.fingerprint != now.fingerprint {
        differences.append("the text as it was then instead of as it is now")
      }
    }
    guard differences.isEmpty else {
      throw JobError.measurementDiffers(file: file, differences: differences)
    }
  }
}

extension CalibrationSource {
  fileprivate var shownFiles: String {
    files.isEmpty ? "built-in" : files.joined(separator: ", ")
  }
}
