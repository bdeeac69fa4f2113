import ArgumentParser
import BitAllocation
import Checkpoints
import Foundation
import Jobs

struct Sensitivity: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find out how much an error in each layer changes the model's predictions.",
    discussion: """
      One layer at a time is quantized, or given noise, and the predictions are compared with the \
      original's. The result says for each layer how many nats of KL divergence a unit of its error \
      costs, and whether the sum predicts random allocations. That holds from about 3 bits per weight \
      up; near a menu's smallest size, errors of different layers make each other worse.

        bpw sensitivity models/demo -m demo.measurement.json -o demo.sensitivity.json

      Interrupted, it continues where it was with the same command; what is done is kept beside the \
      output until then, in OUTPUT.job.
      """)

  @Argument(help: "The model folder that was measured.")
  var model: String

  @Option(name: .shortAndLong, help: "A measurement written by 'bpw measure'.")
  var measurement: String

  @Option(name: .shortAndLong, help: "Where to write the sensitivities.")
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup(title: "Comparing") var comparing: ComparingOptions
  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    computing.apply(saying: console)
    let file = try OutputFile(output, overwrite: overwrite, inputs: [model, measurement])
    let measured = try BitAllocation.Measurement.read(URL(filePath: measurement))
    let session = try ModelSession(model, console: console)
    let job = try session.sensitivityJob(measured, settings: comparing.settings)
    let directory = try JobDirectory(file.url.jobFolder, settings: job.identity)
    let document = try Interruption.continuable {
      try job.run(in: directory, observer: console.observe)
    }
    try document.write(to: file.url, by: AtomicFile.write)
    try directory.remove()
    try SensitivityReport(document, path: output).print(reporting, to: console)
  }
}

/// How sensitivities are found.
struct ComparingOptions: ParsableArguments {
  @Option(
    help: """
      What is done to a layer: it is quantized (anchor), or noise is added to its weights (noise), or \
      both.
      """)
  var method = MethodName()

  @Option(
    help: ArgumentHelp(
      "Sizes, in bits per weight, near which layers are quantized.", valueName: "bits,bits"))
  var anchors = NumberList(SensitivitySettings().anchors)

  @Option(parsing: .unconditional, help: "How many of the measured rows are compared, at most.")
  var rows = SensitivitySettings().rows

  @Option(
    parsing: .unconditional,
    help: "Random allocations to hold the predictions against; 0 for none.")
  var gate = SensitivitySettings().gate

  @Option(parsing: .unconditional, help: "Decides the noise and the random allocations.")
  var seed = SensitivitySettings().seed

  @Option(
    help: "What errors are relative to: the same as will be given to 'bpw optimize'.")
  var scale = SensitivitySettings().scale

  func validate() throws {
    guard rows >= 2 else { throw ValidationError("--rows is \(rows); it must be at least 2.") }
    guard (0...1000).contains(gate) else {
      throw ValidationError("--gate is \(gate); it must be from 0 to 1000.")
    }
    if let wrong = anchors.values.first(where: { !($0 > 0 && $0 <= 32) }) {
      throw ValidationError("--anchors has \(wrong); sizes are above 0 and at most 32.")
    }
  }

  var settings: SensitivitySettings {
    SensitivitySettings(
      method: method.method, anchors: anchors.values, rows: rows, seed: seed, scale: scale,
      gate: gate)
  }
}

/// A method as the command line names it.
struct MethodName: ExpressibleByArgument {
  var method = SensitivitySettings().method

  init() {}

  init?(argument: String) {
    guard let method = SensitivityDocument.Method(rawValue: argument) else { return nil }
    self.method = method
  }

  static var allValueStrings: [String] { SensitivityDocument.Method.allCases.map(\.rawValue) }
  var defaultValueDescription: String { method.rawValue }
}

/// Numbers with commas between.
struct NumberList: ExpressibleByArgument {
  let values: [Double]

  init(_ values: [Double]) { self.values = values }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Double($0) }.filter(\.isFinite)
    guard values.count == parts.count else { return nil }
  }

  var defaultValueDescription: String {
    values.map { $0.formatted(digits: 1) }.joined(separator: ",")
  }
}
