import ArgumentParser
import BitAllocation
import Checkpoints
import Foundation
import Jobs

struct Quantize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure, optimize and convert in one go.",
    discussion: """
      The measurement is kept beside the output, as MODEL.measurement.json, and used again when \
      the same model is brought to another size.

        bpw quantize models/demo --bits 4.0 --output demo-4bpw
      """)

  @Argument(help: "A model folder with config.json, tokenizer.json and safetensors.")
  var model: String

  @OptionGroup var target: TargetOptions

  @Option(name: .shortAndLong, help: "The folder to write.")
  var output: String

  @Option(
    help: ArgumentHelp(
      """
      The measurement to use if it exists, and to write if it doesn't. (default: \
      MODEL.measurement.json beside the output)
      """, valueName: "file"))
  var measurement: String?

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup(title: "Measuring") var measuring: MeasuringOptions
  @OptionGroup(title: "Calibration") var calibration: CalibrationOptions
  @OptionGroup(title: "Resources") var working: WorkingMemoryOption
  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func validate() throws { try target.size.require() }

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    computing.apply(saying: console)
    let kept = measurementFile
    let inputs = [model] + target.inputs + measuring.inputs + calibration.inputs
    let url = URL(filePath: output)
    let mayBeFinished =
      ModelConversion.hasRecord(url) && FileManager.default.fileExists(atPath: kept)
    if overwrite || !mayBeFinished {
      _ = try OutputFile(output, .modelFolder, overwrite: overwrite, inputs: inputs + [kept])
    }
    if !FileManager.default.fileExists(atPath: kept) {
      _ = try OutputFile(kept, option: "--measurement", overwrite: false, inputs: [])
    }
    let session = try ModelSession(model, console: console)
    let measured = try measured(session, keptIn: kept, console: console)
    console.doing("Choosing options")
    let document = try target.allocate(measured)
    try session.convert(
      document, calibration: CalibrationSource(measured.calibration), into: url,
      overwrite: overwrite, memory: working.limit)
    try ConversionReport("quantize", document, path: output).print(reporting, to: console)
  }

  /// The kept measurement, or a new one that is kept.
  private func measured(
    _ session: ModelSession, keptIn file: String, console: Console
  ) throws -> BitAllocation.Measurement {
    let url = URL(filePath: file)
    let source = calibration.source(positions: session.positions)
    guard FileManager.default.fileExists(atPath: file) else {
      try session.checkReachable(target, measuring: measuring)
      let measurement = try session.measure(
        measuring, calibration: source, into: url, memory: working.limit)
      console.fact("Measurement", "kept in \(file)")
      return measurement
    }
    let kept = try BitAllocation.Measurement.read(url)
    try session.check(kept, file: file, measuring: measuring, calibration: source)
    console.fact("Measurement", "taken from \(file), nothing to measure")
    return kept
  }

  private var measurementFile: String {
    if let measurement { return measurement }
    let name = URL(filePath: model).standardizedFileURL.lastPathComponent
    let folder = URL(filePath: output).deletingLastPathComponent().relativePath
    return (folder == "." ? "" : folder + "/") + "\(name).measurement.json"
  }
}
