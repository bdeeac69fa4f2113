import ArgumentParser
import BitAllocation
import Foundation
import Jobs

/// What every command can be told about its output.
struct ReportingOptions: ParsableArguments {
  @Flag(help: "Print the result as one JSON document.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but results, warnings and errors.")
  var quiet = false
}

/// Which text the model runs on while it is measured or converted.
struct CalibrationOptions: ParsableArguments {
  @Option(
    name: .customLong("calibration"),
    help: ArgumentHelp(
      """
      A text to calibrate on, .txt or .jsonl; may be given several times. (default: the built-in \
      text in the folder 'calibration')
      """, valueName: "file"))
  var files: [String] = []

  @Option(parsing: .unconditional, help: "Calibration rows, at most. (default: 64)")
  var rows: Int?

  @Option(
    parsing: .unconditional, help: "Tokens in each row. (default: 512, or what the model has)")
  var tokens: Int?

  @Option(
    parsing: .unconditional, help: "Decides which rows of the text are taken. (default: 1)")
  var seed: UInt64?

  @Option(
    parsing: .unconditional,
    help: """
      How many of the rows are random tokens. (default: a thirty-second part with the built-in \
      text, else none)
      """)
  var randomRows: Int?

  func validate() throws {
    let rows = rows ?? Self.defaultRows
    guard rows >= 1 else { throw ValidationError("--rows is \(rows); it must be at least 1.") }
    if let tokens, tokens < 2 {
      throw ValidationError("--tokens is \(tokens); it must be at least 2.")
    }
    if let randomRows, !(0..<rows).contains(randomRows) {
      throw ValidationError(
        "--random-rows is \(randomRows); it must be from 0 to less than --rows, which is \(rows).")
    }
  }

  private static let defaultRows = 64

  /// The files to read.
  var inputs: [String] { files }

  /// What was asked for; what wasn't, as in `other`, or else the default for a model of so many
  /// positions.
  func source(
    like other: CalibrationSource? = nil, positions: Int = .max
  ) -> CalibrationSource {
    let isLike = files.isEmpty && rows == nil && randomRows == nil
    return CalibrationSource(
      files: files.isEmpty ? other?.files ?? [] : files,
      rows: rows ?? other?.settings.rows ?? Self.defaultRows,
      tokens: tokens ?? other?.settings.tokens ?? min(512, positions),
      seed: seed ?? other?.settings.seed ?? 1,
      randomRows: randomRows ?? (isLike ? other?.settings.randomRows : nil))
  }
}

/// A strategy as the command line names it.
struct StrategyName: ExpressibleByArgument {
  let strategy: any AllocationStrategy

  init(_ strategy: any AllocationStrategy) { self.strategy = strategy }

  init?(argument: String) {
    guard let named = allAllocationStrategies.first(where: { $0.name == argument }) else {
      return nil
    }
    strategy = named
  }

  static var allValueStrings: [String] { allAllocationStrategies.map(\.name) }
  var defaultValueDescription: String { strategy.name }
}

/// What an allocation is asked to be, and who makes it.
struct TargetOptions: ParsableArguments {
  @OptionGroup(title: "Size") var size: BudgetOptions

  @Option(help: "How to choose the options.")
  var strategy = StrategyName(ExactStrategy())

  @OptionGroup(title: "Errors") var weighing: WeighingOptions

  func validate() throws {
    guard strategy.strategy is ExactStrategy || [.sum, .power].contains(weighing.objective) else {
      throw ValidationError(
        "--objective \(weighing.objective.rawValue) has a strategy of its own; leave --strategy away."
      )
    }
    if ownObjective != nil, weighing.objective != .sum {
      throw ValidationError(
        "--strategy \(strategy.strategy.name) has an objective of its own; leave --objective away.")
    }
  }

  /// Whether anything is asked for.
  var isGiven: Bool {
    size.isGiven || size.headBits != nil || weighing.isGiven
      || !(strategy.strategy is ExactStrategy)
  }

  /// The files to read.
  var inputs: [String] { weighing.inputs }

  func request(for measurement: BitAllocation.Measurement) throws -> AllocationRequest {
    var request = try weighing.request(
      size.budget, for: measurement, rules: try size.rules(for: measurement))
    if let own = ownObjective { request.objective = own }
    return request
  }

  /// What strategies minimize that don't look at sums.
  private var ownObjective: Objective? {
    switch strategy.strategy {
    case is MinMaxStrategy: .minMax
    case let strategy as LexicographicStrategy: .lexicographic(slack: strategy.slack)
    case is WorstStratumStrategy: .worstStratum
    default: nil
    }
  }

  /// The allocation that the chosen strategy makes.
  func allocate(_ measurement: BitAllocation.Measurement) throws -> AllocationDocument {
    let request = try request(for: measurement)
    return try AllocationDocument(
      measurement, request,
      by: strategy.strategy is ExactStrategy ? request.objective.strategy : strategy.strategy)
  }
}
