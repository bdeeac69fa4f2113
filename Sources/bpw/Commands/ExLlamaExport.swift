import ArgumentParser
import BitAllocation
import Checkpoints
import Foundation
import Jobs

struct ExLlamaExport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a measurement or an allocation as ExLlamaV2's measurement.json.",
    discussion: """
      Given an allocation in this form, ExLlamaV2's converter does what it says. Of a measurement, \
      it gets for each attention and feed-forward the options that are best for it alone, and \
      chooses itself.

        bpw exllama export demo.4bpw.json --model models/demo --output measurement.json
      """)

  @Argument(help: "An allocation written by 'bpw optimize', or a measurement.")
  var file: String

  @Option(name: .shortAndLong, help: "The model folder that was measured.")
  var model: String

  @Option(name: .shortAndLong, help: "Where to write measurement.json.")
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let output = try OutputFile(output, overwrite: overwrite, inputs: [file, model])
    let url = URL(filePath: file)
    let content = try Content(url)
    let opened = try ExLlamaModel(model, console: console)
    guard content.fingerprint == opened.fingerprint else {
      throw ExLlamaError.otherModel(
        file: url.relativePath, found: content.fingerprint, model: opened.fingerprint)
    }
    let exported: ExLlamaMeasurement
    let plan: ExLlamaPlan?
    switch content {
    case .measurement(let measurement):
      exported = try ExLlamaMeasurement(
        exporting: measurement, file: url.relativePath, of: opened.modules)
      plan = nil
    case .allocation(let document):
      exported = try ExLlamaMeasurement(
        exporting: document, file: url.relativePath, of: opened.modules)
      plan = try ExLlamaPlan(
        document, exported: exported, file: url.relativePath, of: opened.modules)
    }
    try AtomicFile.write(exported.encoded(), to: output.url)
    if let plan, plan.headBits == nil {
      console.warn(
        "The allocation gives '\(plan.head)' \(plan.headOption), which ExLlamaV2's converter "
          + "can't: it uses a layout of its own. Choose one of these by 'bpw optimize … --head-bits 6'."
      )
    }
    try ExLlamaExportReport(exported, plan, model: model, path: self.output)
      .print(reporting, to: console)
  }

  /// What is exported.
  private enum Content {
    case measurement(BitAllocation.Measurement)
    case allocation(AllocationDocument)

    /// Reads whichever of the two it is.
    init(_ url: URL) throws {
      do {
        self = .measurement(try BitAllocation.Measurement.read(url))
      } catch let error as DocumentError {
        guard case .otherKind(_, let found) = error.problem else { throw error }
        guard found == AllocationDocument.kind else {
          throw ExLlamaError.otherKind(file: url.relativePath, found: found)
        }
        self = .allocation(try AllocationDocument.read(url))
      }
    }

    var fingerprint: String {
      switch self {
      case .measurement(let measurement): measurement.model.fingerprint
      case .allocation(let document): document.model.fingerprint
      }
    }
  }
}

/// What `bpw exllama export` says about its result.
private struct ExLlamaExportReport: Encodable {
  let measurement: String
  let modules: Int
  let options: Int
  let bits: Double?
  let headBits: Int?
  let next: String

  init(_ exported: ExLlamaMeasurement, _ plan: ExLlamaPlan?, model: String, path: String) {
    let counts = exported.optionCounts
    measurement = path
    modules = counts.count
    options = counts.reduce(0, +)
    bits = plan?.bits
    headBits = plan?.headBits
    next =
      "python convert.py -i \(model.quotedForShell) -o work -m \(path.quotedForShell) "
      + "-b \(plan?.bits ?? 4.0) -hb \(plan?.headBits ?? 6) -cf output"
  }

  enum CodingKeys: String, CodingKey {
    case measurement, modules, options, bits, next
    case headBits = "head_bits"
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("exllama_export", self).text())
      return
    }
    console.result(
      bits == nil
        ? "Wrote \(modules) modules with \(options) options: \(measurement)"
        : "Wrote \(modules) modules with one option each: \(measurement)")
    console.result("Next, with a folder for its work, and one for the result:")
    console.result("  \(next)")
  }
}
