import ArgumentParser
import BitAllocation
import Checkpoints
import Foundation

struct Optimize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Choose a quantization option for every layer at a target size.",
    discussion: """
      Takes a moment, so try several sizes on one measurement:

        bpw optimize demo.measurement.json --bits 4.0 --output demo.4bpw.json

      Bits per weight count what the written layers take (codes, scales, permutations, padding), \
      divided by the weights of all linear layers, the head included. Embeddings and norms, \
      which stay 16-bit, are not counted.
      """)

  @Argument(help: "A measurement written by 'bpw measure'.")
  var measurement: String

  @OptionGroup var target: TargetOptions

  @Option(name: .shortAndLong, help: "Where to write the allocation.")
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let output = try OutputFile(output, overwrite: overwrite, inputs: [measurement])
    let measured = try BitAllocation.Measurement.read(URL(filePath: measurement))
    console.doing("Choosing options")
    let document = try target.allocate(measured)
    try document.write(to: output.url, by: AtomicFile.write)
    try AllocationReport(document, path: self.output).print(reporting, to: console)
  }
}

extension TargetOptions {
  /// The allocation that the chosen strategy makes.
  func allocate(_ measurement: BitAllocation.Measurement) throws -> AllocationDocument {
    let request = AllocationRequest(.bitsPerWeight(bits), scale: scale)
    return try AllocationDocument(measurement, request, by: strategy.strategy)
  }
}
