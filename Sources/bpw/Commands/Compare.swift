import ArgumentParser
import BitAllocation
import Checkpoints
import Foundation
import Jobs
import Tokenizers

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare allocation strategies at several sizes.",
    discussion: """
      From the measurement alone, what each strategy's allocations are predicted to lose. With a \
      model and a text, every allocation is also built, and its KL divergence from the original \
      measured:

        bpw compare m.json --bits 2.5,3,4,5
        bpw compare m.json --model models/demo --text models/held-out.txt

      What was measured is kept in a folder beside the measurement; the same command continues, and \
      more sizes or strategies take only what is new. --html writes a page with pictures.
      """)

  @Argument(help: "A measurement written by 'bpw measure'.")
  var measurement: String

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp(
      "Sizes in bits per weight, with commas, or FROM:TO:STEP.", valueName: "sizes"))
  var bits = BitsList([2.5, 3, 4, 5])

  @Option(help: "Strategies, with commas; exact is always among them. (default: all)")
  var strategies: StrategyNames?

  @Option(help: ArgumentHelp("The model that was measured.", valueName: "folder"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "A text, .txt or .jsonl, that wasn't calibrated on; may be given several times.",
      valueName: "file"))
  var text: [String] = []

  @Option(
    parsing: .unconditional,
    help: "Tokens in each window of the text. (default: 512, or what the model has)")
  var tokens: Int?

  @Option(parsing: .unconditional, help: "Windows, at most. (default: 24)")
  var rows: Int?

  @Option(
    help: ArgumentHelp(
      "Where measured divergences are kept. (default: beside the measurement)",
      valueName: "folder"))
  var job: String?

  @Option(help: ArgumentHelp("Write a page with pictures here.", valueName: "file"))
  var html: String?

  @Flag(help: "Replace the page if it exists.")
  var overwrite = false

  @OptionGroup(title: "Errors") var weighing: WeighingOptions
  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func validate() throws {
    guard (model == nil) == text.isEmpty else {
      throw ValidationError("--model and --text go together: they are what is measured with.")
    }
    guard model != nil || (rows == nil && tokens == nil && job == nil) else {
      throw ValidationError("--rows, --tokens and --job go with --model and --text.")
    }
    if let tokens, tokens < 2 {
      throw ValidationError("--tokens is \(tokens); it must be at least 2.")
    }
    if let rows, rows < 1 { throw ValidationError("--rows is \(rows); it must be at least 1.") }
    guard [.sum, .power].contains(weighing.objective) else {
      throw ValidationError(
        "Strategies are compared by their sums: give --objective sum or power. The others are "
          + "among the strategies.")
    }
  }

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    computing.apply(saying: console)
    let page = try html.map {
      try OutputFile(
        $0, option: "--html", overwrite: overwrite,
        inputs: [measurement, model].compactMap(\.self) + text + weighing.inputs)
    }
    let measured = try BitAllocation.Measurement.read(URL(filePath: measurement))
    let request = try weighing.request(.bitsPerWeight(bits.values[0]), for: measured)
    let comparing = ComparisonJob(
      measured, request: request, bitsPerWeight: bits.values,
      contenders: Contender.list(strategies?.names))
    var (comparison, documents) = try comparing.run(observer: console.observe)
    if let model {
      comparison = try measure(
        comparison, documents: documents, measurement: measured,
        session: ModelSession(model, console: console), console: console)
    }
    if let page {
      let text = ComparisonPage(comparison, of: measured).text
      try AtomicFile.write(Data(text.utf8), to: page.url)
    }
    try ComparisonReport(comparison, measurement: measurement, page: html)
      .print(reporting, to: console)
  }

  private func measure(
    _ comparison: Comparison, documents: [[AllocationDocument]],
    measurement measured: BitAllocation.Measurement, session: ModelSession, console: Console
  ) throws -> Comparison {
    try session.check(measured)
    let calibrated = Set(measured.calibration.sources.map { URL(filePath: $0).standardizedFileURL })
    for file in text where calibrated.contains(URL(filePath: file).standardizedFileURL) {
      console.warn("\(file) was calibrated on: what is measured on it says little.")
    }
    let tokens = tokens ?? min(512, session.positions)
    guard tokens <= session.positions else {
      throw JobError.tooManyTokens(requested: tokens, maximum: session.positions)
    }
    let windows = try EvaluationText(files: text.map { URL(filePath: $0) })
      .windows(tokenizer: session.tokenizer, tokens: tokens).prefix(rows ?? 24)
    let settings = ComparisonSettings(measured, windows: Array(windows))
    let folder = job ?? "\(measurement).compare/\(settings.digest)"
    let measuring = try ComparisonMeasurement(
      in: JobDirectory(URL(filePath: folder), settings: settings)
    ) {
      try AllocationEvaluation(
        session.opened, rows: session.rows(CalibrationSource(measured.calibration)),
        windows: Array(windows), unscored: session.tokenizer.bosTokenID, observer: { _ in })
    }
    console.fact("Text", "\(windows.count) windows of \(tokens) tokens; kept in \(folder)")
    return try Interruption.continuable {
      try measuring.run(comparison, documents: documents, observer: console.observe)
    }
  }
}

/// Strategies as the command line lists them.
struct StrategyNames: ExpressibleByArgument {
  let names: [String]

  init?(argument: String) {
    let known = Set(allAllocationStrategies.map(\.name))
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !names.isEmpty, names.allSatisfy(known.contains) else { return nil }
  }

  static var allValueStrings: [String] { allAllocationStrategies.map(\.name) }
}
