import ArgumentParser
import BitAllocation
import Foundation
import Jobs

struct Frontier: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The least error for every size, and what more bits would buy.",
    discussion: """
      Without --bits it lists the corners of the frontier: allocations that none of their size can \
      beat. Each differs from the one before in one layer. With --bits it solves for these sizes.

        bpw frontier demo.measurement.json
        bpw frontier demo.measurement.json --bits 2.5,3,3.5,4,5,6
      """)

  @Argument(help: "A measurement written by 'bpw measure'.")
  var measurement: String

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp(
      "Sizes in bits per weight, with commas, or FROM:TO:STEP.", valueName: "sizes"))
  var bits: BitsList?

  @OptionGroup(title: "Errors") var weighing: WeighingOptions
  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func validate() throws {
    guard [.sum, .power].contains(weighing.objective) else {
      throw ValidationError("A frontier is one of sums: give --objective sum or power.")
    }
  }

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let measured = try BitAllocation.Measurement.read(URL(filePath: measurement))
    let sizes = bits?.values ?? []
    let request = try weighing.request(.bitsPerWeight(sizes.first ?? 0), for: measured)
    let problem = try AllocationProblem(measured, request)
    let report = try FrontierReport(problem, sizes: bits?.values, measurement: measurement)
    try report.print(reporting, to: console)
  }
}

/// Sizes as the command line lists them: "2.5,3,4" or "2.5:6:0.1".
struct BitsList: ExpressibleByArgument {
  let values: [Double]

  init?(argument: String) {
    let range = argument.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    if range.count == 3, let from = range[0], let to = range[1], let step = range[2] {
      guard step > 0, from > 0, from <= to, to <= 32, (to - from) / step < 1e6 else { return nil }
      // Decimal steps have no exact binary form.
      values = (0...Int(((to - from) / step + 1e-9).rounded(.down))).map {
        ((from + Double($0) * step) * 1e9).rounded() / 1e9
      }
      return
    }
    let list = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard !list.isEmpty, list.allSatisfy({ $0.map { $0 > 0 && $0 <= 32 } ?? false }) else {
      return nil
    }
    values = list.compactMap(\.self)
  }
}
