import ArgumentParser
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Tokenizers

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Perplexity on a text, and KL divergence from the original model.",
    discussion: """
      Works on original and on EXL2 folders. The text is cut into windows of --tokens tokens, each \
      begun by BOS where the tokenizer has one; intervals hold 95 % of bootstraps over windows.

        bpw eval demo-4bpw --reference models/demo --text held-out.txt

      To compare with another implementation, logits can be written for token ids (a tensor \
      'input_ids' of rows and tokens):

        bpw eval models/demo --token-ids ids.safetensors --logits logits.safetensors
      """)

  @Argument(help: "A model folder, original or quantized.")
  var model: String

  @Option(help: ArgumentHelp("The model it was made from.", valueName: "model"))
  var reference: String?

  @Option(
    help: ArgumentHelp(
      "A text, .txt or .jsonl, that wasn't calibrated on; may be given several times.",
      valueName: "file"))
  var text: [String] = []

  @Option(help: ArgumentHelp("Token ids instead of a text, as safetensors.", valueName: "file"))
  var tokenIds: String?

  @Option(help: ArgumentHelp("Write the logits of the token ids here.", valueName: "file"))
  var logits: String?

  @Option(help: "Tokens in each window.")
  var tokens = 512

  @Option(help: "Windows, at most. (default: all the text has)")
  var rows: Int?

  @Flag(help: "Replace the file of logits if it exists.")
  var overwrite = false

  @OptionGroup(title: "Reporting") var reporting: ReportingOptions

  func validate() throws {
    guard text.isEmpty != (tokenIds == nil) else {
      throw ValidationError("Give either --text or --token-ids.")
    }
    guard logits == nil || tokenIds != nil else {
      throw ValidationError("--logits goes with --token-ids.")
    }
    guard logits == nil || reference == nil else {
      throw ValidationError("--logits writes one model's logits; leave --reference away.")
    }
    guard tokens >= 2 else {
      throw ValidationError("--tokens is \(tokens); it must be at least 2.")
    }
    if let rows, rows < 1 { throw ValidationError("--rows is \(rows); it must be at least 1.") }
  }

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    let opened = try OpenedModel(Checkpoint(URL(filePath: model)))
    let windows = try windows(for: opened)
    if let logits {
      let file = try OutputFile(logits, overwrite: overwrite)
      try LogitsJob(model: opened.model, rows: windows).run(to: file.url, observer: console.observe)
      try LogitsReport(logits, rows: windows, of: opened.model).print(reporting, to: console)
      return
    }
    let reference = try reference.map { try OpenedModel(Checkpoint(URL(filePath: $0))).model }
    let evaluation = try EvaluateJob(model: opened.model, reference: reference, windows: windows)
      .run(observer: console.observe)
    try EvaluationReport(model: model, reference: self.reference, evaluation: evaluation)
      .print(reporting, to: console)
  }

  private func windows(for opened: OpenedModel) throws -> [[Int32]] {
    let maximum = opened.model.description.maximumPositions
    var windows: [[Int32]]
    if let tokenIds {
      windows = try TokenIDFile(URL(filePath: tokenIds)).rows
      if let width = windows.first?.count, width > maximum {
        throw JobError.tooManyTokens(requested: width, maximum: maximum)
      }
    } else {
      guard tokens <= maximum else {
        throw JobError.tooManyTokens(requested: tokens, maximum: maximum)
      }
      windows = try EvaluationText(files: text.map { URL(filePath: $0) })
        .windows(tokenizer: Tokenizer(directory: opened.checkpoint.directory), tokens: tokens)
    }
    return Array(windows.prefix(rows ?? windows.count))
  }
}
