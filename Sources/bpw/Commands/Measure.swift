import ArgumentParser
import BitAllocation
import Checkpoints
import Foundation
import Jobs

struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Quantize every layer under every option, and record what each costs and loses.",
    discussion: """
      Slow, and done once per model: 'bpw optimize' then chooses for any size in an instant.

        bpw measure models/demo --output demo.measurement.json
      """)

  @Argument(help: "A model folder with config.json, tokenizer.json and safetensors.")
  var model: String

  @Option(name: .shortAndLong, help: "Where to write the measurement.")
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup(title: "Measuring") var measuring: MeasuringOptions
  @OptionGroup(title: "Calibration") var calibration: CalibrationOptions
  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let file = try OutputFile(
      output, overwrite: overwrite, inputs: [model] + measuring.inputs + calibration.inputs)
    let session = try ModelSession(model, console: console)
    let measurement = try session.measure(
      measuring, calibration: calibration.source(positions: session.positions))
    try measurement.write(to: file.url, by: AtomicFile.write)
    try MeasurementReport(measurement, path: output).print(reporting, to: console)
  }
}
