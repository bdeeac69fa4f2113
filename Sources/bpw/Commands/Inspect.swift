import ArgumentParser
import Checkpoints
import Formats
import Foundation
import Jobs

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what bpw understands of a model folder.",
    discussion: """
      Family, blocks, layers with their shapes and which of them share an input, parameters, \
      tokenizer, what is unusual, and which formats can hold the model. Weights aren't read, so it \
      takes no time.

        bpw inspect models/demo
        bpw inspect models/demo --json
      """)

  @Argument(help: "A model folder, original or quantized.")
  var model: String

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let opened = try OpenedModel(Checkpoint(URL(filePath: model)))
    try InspectionReport(inspection: ModelInspection(opened, folder: model))
      .print(reporting, to: console)
  }
}
