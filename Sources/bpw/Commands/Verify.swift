import ArgumentParser
import BitAllocation
import Foundation

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check an allocation's certificate against the measurement.",
    discussion: """
      Computes sizes, errors and the lower bound anew from the table of errors, in time proportional \
      to its size, and says what holds. The bound proves how far from the best possible the \
      allocation can be; that nothing lies between (where it says 'proven') --search confirms.

        bpw verify demo.4bpw.json --measurement demo.measurement.json
      """)

  @Argument(help: "An allocation written by 'bpw optimize'.")
  var allocation: String

  @Option(name: .shortAndLong, help: "The measurement it was made from.")
  var measurement: String

  @Flag(help: "Also search again for a better allocation.")
  var search = false

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let document = try AllocationDocument.read(URL(filePath: allocation))
    let measured = try BitAllocation.Measurement.read(URL(filePath: measurement))
    var verification = try Verification(document, against: measured)
    if search, verification.holds { try verification.search(document) }
    try VerificationReport(verification, allocation: allocation).print(reporting, to: console)
    if !verification.holds { throw ExitCode(1) }
  }
}
