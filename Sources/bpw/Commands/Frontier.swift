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
