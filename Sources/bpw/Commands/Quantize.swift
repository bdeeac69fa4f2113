import ArgumentParser
import BitAllocation
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
      "The measurement to use if it exists, and to write if it doesn't.",
      discussion: "Default: MODEL.measurement.json beside the output.", valueName: "file"))
  var measurement: String?

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup(title: "Measuring") var measuring: MeasuringOptions
  @OptionGroup(title: "Calibration") var calibration: CalibrationOptions
  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let folder = try OutputFile(output, overwrite: overwrite)
    let session = try ModelSession(model, console: console)
    let measured = try measured(session, beside: folder.url, console: console)
    let document = try target.allocate(measured)
    try session.convert(
      document, calibration: CalibrationSource(measured.calibration), to: folder)
    try ConversionReport(document, path: output).print(reporting, to: console)
  }

  /// The kept measurement, or a new one that is kept.
  private func measured(
    _ session: ModelSession, beside output: URL, console: Console
  ) throws -> BitAllocation.Measurement {
    let file = try measurementFile(beside: output)
    let source = calibration.source()
    guard FileManager.default.fileExists(atPath: file.path) else {
      let measurement = try session.measure(measuring, calibration: source)
      try measurement.write(to: file)
      console.fact("Measurement", "kept in \(file.relativePath)")
      return measurement
    }
    let kept = try BitAllocation.Measurement.read(file)
    try session.check(
      kept, file: file.relativePath, measuring: measuring, calibration: source)
    console.fact("Measurement", "from \(file.relativePath)")
    return kept
  }

  private func measurementFile(beside output: URL) throws -> URL {
    if let measurement {
      return URL(filePath: measurement)
    }
    let name = URL(filePath: model).standardizedFileURL.lastPathComponent
    return output.deletingLastPathComponent().appending(path: "\(name).measurement.json")
  }
}
