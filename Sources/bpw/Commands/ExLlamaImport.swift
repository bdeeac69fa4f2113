import ArgumentParser
import BitAllocation
import Checkpoints
import Formats
import Foundation
import Jobs
import Models

struct ExLlamaImport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Read the measurement.json that ExLlamaV2 wrote.",
    discussion: """
      The result can be given to 'bpw optimize'. The layers of an attention or a feed-forward are \
      decided about together, as ExLlamaV2 measured them. It doesn't measure the head, which \
      therefore gets one of the layouts that ExLlamaV2 has for it.

        bpw exllama import measurement.json --model models/demo --output demo.exl2.json
      """)

  @Argument(help: "A measurement that ExLlamaV2's convert.py wrote.")
  var measurement: String

  @Option(name: .shortAndLong, help: "The model folder that was measured.")
  var model: String

  @Option(name: .shortAndLong, help: "Where to write the measurement.")
  var output: String

  @Option(
    parsing: .unconditional,
    help: "The head's layout, as ExLlamaV2 names them: 2, 3, 4, 5, 6 or 8.")
  var headBits = 6

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func validate() throws {
    guard EXL2Format.headOption(bits: headBits) != nil else {
      let known = EXL2Format.headBits.map { "\($0)" }.joined(separator: ", ")
      throw ValidationError("--head-bits is \(headBits); ExLlamaV2 has \(known).")
    }
  }

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let output = try OutputFile(output, overwrite: overwrite, inputs: [measurement, model])
    let file = URL(filePath: measurement)
    let theirs = try ExLlamaMeasurement(contentsOf: file)
    let opened = try ExLlamaModel(model, console: console)
    guard let head = EXL2Format.headOption(bits: headBits) else { return }
    let ours = try BitAllocation.Measurement(
      importing: theirs, file: file.relativePath, of: opened.modules,
      architecture: opened.architecture, fingerprint: opened.fingerprint, head: head)
    try ours.write(to: output.url, by: AtomicFile.write)
    try ExLlamaImportReport(ours, path: self.output).print(reporting, to: console)
  }
}

/// The model that an exchanged measurement is of.
struct ExLlamaModel {
  let modules: ExLlamaModules
  let architecture: String
  let fingerprint: String

  /// Opens an original model that ExLlamaV2 can have.
  init(_ path: String, console: Console) throws {
    console.doing("Opening \(path)")
    let opened = try OpenedModel(Checkpoint(URL(filePath: path)))
    let description = try opened.original().description
    modules = try ExLlamaModules(description)
    architecture = description.architecture
    console.doing("Taking the model's fingerprint")
    fingerprint = try opened.checkpoint.fingerprint()
  }
}

/// What `bpw exllama import` says about its result.
private struct ExLlamaImportReport: Encodable {
  let measurement: String
  let modules: Int
  let options: Int
  let smallestBitsPerWeight: Double
  let largestBitsPerWeight: Double

  init(_ measurement: BitAllocation.Measurement, path: String) {
    let reachable = measurement.reachableBitsPerWeight
    self.measurement = path
    modules = measurement.layers.count { $0.members != nil }
    options = measurement.layers.map(\.options.count).max() ?? 0
    smallestBitsPerWeight = reachable.lowerBound
    largestBitsPerWeight = reachable.upperBound
  }

  enum CodingKeys: String, CodingKey {
    case measurement, modules, options
    case smallestBitsPerWeight = "smallest_bits_per_weight"
    case largestBitsPerWeight = "largest_bits_per_weight"
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("exllama_import", self).text())
      return
    }
    console.result(
      "Read \(modules) modules with up to \(options) options each, and a head: \(measurement)")
    console.result(
      "Sizes from \(smallestBitsPerWeight.formatted(digits: 4)) to "
        + "\(largestBitsPerWeight.formatted(digits: 4)) bits per weight can be reached. Next:")
    console.result(
      "  bpw optimize \(measurement.quotedForShell) --bits 4.0 --output allocation.json")
  }
}
