import ArgumentParser
import BitAllocation
import Foundation
import Jobs

struct Stability: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How certain an allocation is: what other text would have chosen.",
    discussion: """
      Draws the measured documents with replacement, estimates the errors again, and chooses \
      again within the same budget. Layers that keep their option are certain; the regret says \
      what the differences cost.

        bpw stability demo.measurement.json --bits 4.0

      An allocation that was written says by itself what was asked for:

        bpw stability demo.measurement.json --allocation demo.4bpw.json
      """)

  @Argument(help: "A measurement written by 'bpw measure'.")
  var measurement: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "An allocation written by 'bpw optimize', instead of a size and the like.",
      valueName: "file"))
  var allocation: String?

  @OptionGroup var target: TargetOptions

  @Option(parsing: .unconditional, help: "How often to draw and choose again.")
  var bootstraps = 200

  @Option(parsing: .unconditional, help: "Decides what is drawn.")
  var seed: UInt64 = 1

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func validate() throws {
    if allocation == nil {
      try target.size.require()
    } else if target.isGiven {
      throw ValidationError("Give either --allocation or what to choose, such as --bits.")
    }
    guard 1...100_000 ~= bootstraps else {
      throw ValidationError("--bootstraps is \(bootstraps); it must be from 1 to 100000.")
    }
  }

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let measured = try BitAllocation.Measurement.read(URL(filePath: measurement))
    console.doing("Choosing options")
    let document =
      try allocation.map { try AllocationDocument.read(URL(filePath: $0)) }
      ?? target.allocate(measured)
    let study = try StabilityStudy(document, of: measured, seed: seed)
    let report = try StabilityJob(study, bootstraps: bootstraps).run { done in
      console.doing("Choosing again: \(done) of \(bootstraps) bootstraps")
    }
    try StabilityTable(report, of: document, seed: seed).print(reporting, to: console)
  }
}
