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
        bpw optimize demo.measurement.json --size 3MiB --output demo.3MiB.json
        bpw optimize m.json --memory 8GiB --context 8192 --output a.json

      Bits per weight count what the written layers take (codes, scales, permutations, padding), \
      divided by the weights of all linear layers, the head included. Embeddings and norms, \
      which stay 16-bit in EXL2, are not among them; --size and --memory count them too.
      """)

  @Argument(help: "A measurement written by 'bpw measure'.")
  var measurement: String

  @OptionGroup var target: TargetOptions

  @Option(name: .shortAndLong, help: "Where to write the allocation.")
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func validate() throws { try target.size.require() }

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let output = try OutputFile(output, overwrite: overwrite, inputs: [measurement] + target.inputs)
    let measured = try BitAllocation.Measurement.read(URL(filePath: measurement))
    console.doing("Choosing options")
    let document = try target.allocate(measured)
    try document.write(to: output.url, by: AtomicFile.write)
    try AllocationReport(document, of: measured, path: self.output).print(reporting, to: console)
  }
}
