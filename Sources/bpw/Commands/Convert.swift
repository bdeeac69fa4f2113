import ArgumentParser
import BitAllocation
import Foundation
import Jobs

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Quantize a model as an allocation says, and write it for a runtime.",
    discussion: """
      The output is a folder that ExLlamaV2 loads. It is calibrated on the text that was measured \
      with, unless another is given; after 'bpw exllama import', on the built-in text. If it is \
      interrupted, in whatever way, the same command continues with the next block.

        bpw convert models/demo --allocation demo.4bpw.json --output demo-4bpw
      """)

  @Argument(help: "The model folder that was measured.")
  var model: String

  @Option(name: .shortAndLong, help: "An allocation written by 'bpw optimize'.")
  var allocation: String

  @Option(name: .shortAndLong, help: "The folder to write.")
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup(title: "Calibration") var calibration: CalibrationOptions
  @OptionGroup(title: "Resources") var working: WorkingOptions
  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    computing.apply(saying: console)
    let url = URL(filePath: output)
    let isThere = !overwrite && ModelConversion.hasRecord(url)
    if !isThere {
      _ = try OutputFile(
        output, .modelFolder, overwrite: overwrite,
        inputs: [model, allocation] + calibration.inputs)
    }
    let document = try AllocationDocument.read(URL(filePath: allocation))
    let session = try ModelSession(model, console: console)
    let measured = document.calibration.isImported ? nil : CalibrationSource(document.calibration)
    let source = calibration.source(like: measured, positions: session.positions)
    try session.convert(
      document, calibration: source, into: url, overwrite: overwrite, memory: working.limit)
    try ConversionReport("convert", document, path: output).print(reporting, to: console)
  }
}
