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

  @OptionGroup var target: AllocationOptions

  @Option(parsing: .unconditional, help: "How often to draw and choose again.")
  var bootstraps = 200

  @Option(parsing: .unconditional, help: "Decides what is drawn.")
  var seed: UInt64 = 1

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func validate() throws {
    guard 1...100_000 ~= bootstraps else {
      throw ValidationError("--bootstraps is \(bootstraps); it must be from 1 to 100000.")
    }
  }

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let measured = try BitAllocation.Measurement.read(URL(filePath: measurement))
    console.doing("Choosing options")
    let document = try target.document(of: measured)
    let study = try StabilityStudy(document, of: measured, seed: seed)
    let report = try StabilityJob(study, bootstraps: bootstraps).run { done in
      console.doing("Choosing again: \(done) of \(bootstraps) bootstraps")
    }
    try StabilityTable(report, of: document, seed: seed).print(reporting, to: console)
  }
}

/// An allocation that was written, or what to choose.
struct AllocationOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "An allocation written by 'bpw optimize', instead of --bits and the like.",
      valueName: "file"))
  var allocation: String?

  @OptionGroup var target: TargetOptions

  /// Whether `target` was given.
  private var hasTarget = true

  init() {}

  /// What must be given to choose need not be where it is in a file.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    _allocation = try container.decode(Option<String?>.self, forKey: .allocation)
    let given = Result {
      try container.decode(OptionGroup<TargetOptions>.self, forKey: .target)
    }
    if allocation == nil {
      _target = try given.get()
    } else {
      hasTarget = (try? given.get()) != nil
    }
  }

  private enum CodingKeys: CodingKey { case allocation, target }

  func validate() throws {
    if allocation != nil, hasTarget {
      throw ValidationError("Give either --allocation or what to choose, such as --bits.")
    }
  }

  /// The allocation in the file, or one that is made.
  func document(of measurement: BitAllocation.Measurement) throws -> AllocationDocument {
    guard let allocation else { return try target.allocate(measurement) }
    return try AllocationDocument.read(URL(filePath: allocation))
  }
}
