import ArgumentParser
import BitAllocation
import Checkpoints
import Foundation
import Jobs

struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Quantize every layer under every option, and record what each costs and loses.",
    discussion: """
      Slow, and done once per model: 'bpw optimize' then chooses for any size in an instant. If it \
      is interrupted, in whatever way, the same command continues with the next block.

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
  @OptionGroup(title: "Resources") var working: WorkingOptions
  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    computing.apply(saying: console)
    let url = URL(filePath: output)
    let kept = overwrite ? nil : try? BitAllocation.Measurement.read(url)
    if kept == nil {
      _ = try OutputFile(
        output, overwrite: overwrite, inputs: [model] + measuring.inputs + calibration.inputs)
    }
    let session = try ModelSession(model, console: console)
    let source = calibration.source(positions: session.positions)
    if let kept {
      try session.checkFinished(kept, file: output, measuring: measuring, calibration: source)
    }
    let measurement =
      try kept
      ?? session.measure(measuring, calibration: source, into: url, memory: working.limit)
    try MeasurementReport(measurement, path: output).print(reporting, to: console)
  }
}
