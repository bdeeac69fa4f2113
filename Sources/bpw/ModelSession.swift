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

  /// Measures the model, and writes the measurement to `url`. The job's folder is beside it until it
  /// is there.
  func measure(
    _ options: MeasuringOptions, calibration source: CalibrationSource, into url: URL,
    memory limit: Int
  ) throws -> BitAllocation.Measurement {
    let menuURL = try options.menuURL()
    let menu = try OptionMenu(contentsOf: menuURL)
    try menu.check(opened.model.description)
    do {
      try OptionMenu.outputFormat.check(opened.model.description)
    } catch {
      // Measuring and comparing is of use all the same.
      console.warn(error.localizedDescription)
    }
    let job = try MeasureJob(
      model: opened.model, fingerprint: fingerprint(), rows: rows(source), menu: menu,
      menuName: menuURL.lastPathComponent, settings: options.settings,
      storage: menu.storage(of: opened.model.description, companions: opened.companions))
    console.fact("Options", "\(menu.options.count) per layer from \(job.menuName)")
    let memory = try plan(
      .measuring, OptionMenu.arranged(opened.model.description), job.rows, limit: limit)
    let directory = try JobDirectory(url.jobFolder, settings: job.identity)
    let measurement = try directory.working {
      try job.run(in: directory, memory: memory, observer: console.observe)
    }
    try measurement.write(to: url, by: AtomicFile.write)
    try directory.remove()
    return measurement
  }

  /// Plans for memory, and says what for.
  private func plan(
    _ job: MemoryPlan.Job, _ model: ModelDescription, _ rows: CalibrationRows, limit: Int
  ) throws -> MemoryPlan {
    let plan = try MemoryPlan(
      job, model, rows: rows.rows.count, tokens: rows.tokens, limit: limit)
    func text(_ bytes: Int) -> String { ByteSize(bytes: bytes).text }
    let states =
      plan.spills
      ? "\(text(plan.states)) for states in hand (\(text(plan.spilled)) of them go to files)"
      : "\(text(plan.states)) for states"
    console.fact(
      "Memory",
      "\(text(plan.peak)) of \(text(limit)) allowed: \(text(plan.weights)) for weights, \(states), "
        + "\(text(plan.stage)) for activations and Hessians, \(text(plan.options)) for quantizing")
    return plan
  }

  /// Throws unless a measurement is what measuring with these settings would give.
  func checkFinished(
    _ kept: BitAllocation.Measurement, file: String, measuring: MeasuringOptions,
    calibration source: CalibrationSource
  ) throws {
    do {
      try check(kept, file: file, measuring: measuring, calibration: source)
    } catch JobError.measurementDiffers(_, let differences) {
      throw OutputError.existsOtherwise(file, differences: differences)
    }
    console.fact("Measurement", "complete in \(file), nothing to measure")
    JobDirectory.removeFinished(URL(filePath: file).jobFolder)
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

  /// Converts the model into a new folder; one that is finished is left as it is.
  func convert(
    _ document: AllocationDocument, calibration source: CalibrationSource, into url: URL,
    overwrite: Bool, memory limit: Int
  ) throws {
    let fingerprint = try fingerprint()
    guard document.model.fingerprint == fingerprint else {
      throw JobError.allocationOfAnotherModel(
        allocation: document.model.fingerprint, model: fingerprint)
    }
    // Before a text is read.
    try ModelConversion.check(opened, document: document)
    let conversion = try ModelConversion(opened, document: document, rows: rows(source))
    guard try !isFinished(conversion, in: url, overwrite: overwrite) else { return }
    console.fact(
      "Allocation",
      "\(document.bitsPerWeight.formatted(digits: 4)) bits per weight by '\(document.strategy)'")
    for remark in conversion.remarks { console.note("Note: \(remark).") }
    for file in conversion.missingFiles {
      console.warn(
        "The model folder has no \(file), without which a runtime can't load the converted model. "
          + "Add it to \(url.relativePath).")
    }
    let memory = try plan(
      .converting, conversion.arranged, conversion.rows, limit: limit)
    let directory = try JobDirectory(url.jobFolder, settings: conversion.identity)
    try directory.working {
      try conversion.run(
        into: url, overwrite: overwrite, in: directory, memory: memory, observer: console.observe)
    }
    try directory.remove()
  }

  /// Whether there is nothing to do, which is said. Throws for a folder that isn't to be replaced.
  private func isFinished(
    _ conversion: ModelConversion, in url: URL, overwrite: Bool
  ) throws -> Bool {
    // A run that was to overwrite has done so if its job has nothing left to put into place.
    let isLeftOver = JobDirectory.exists(url.jobFolder) && !conversion.isBegun(in: url.jobFolder)
    guard ModelConversion.hasRecord(url), !overwrite || isLeftOver else { return false }
    guard conversion.isFinished(url) else {
      if overwrite { return false }
      throw OutputError.existsOtherwise(
        url.relativePath, differences: conversion.differences(from: url))
    }
    console.fact("Conversion", "complete in \(url.relativePath), nothing to convert")
    JobDirectory.removeFinished(url.jobFolder)
    return true
  }
}

extension JobDirectory {
  /// Runs what the same command continues if it is stopped. Where that fails before a part is
  /// finished, nothing of it stays.
  func working<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try Interruption.continuable(body)
    } catch {
      removeIfEmpty()
      throw error
    }
  }
}

extension URL {
  /// The folder of a job that makes this.
  var jobFolder: URL { URL(filePath: relativePath + ".job") }
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
