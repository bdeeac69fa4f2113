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

        bpw eval demo-4bpw --reference models/demo --text models/held-out.txt

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

  @Option(
    parsing: .unconditional,
    help: "Tokens in each window of a text. (default: 512, or what the model has)")
  var tokens: Int?

  @Option(parsing: .unconditional, help: "Windows, at most. (default: all the text has)")
  var rows: Int?

  @Flag(help: "Replace the file of logits if it exists.")
  var overwrite = false

  @OptionGroup(title: "Computing") var computing: ComputingOptions
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
    guard tokens == nil || tokenIds == nil else {
      throw ValidationError("--tokens goes with --text; token ids come in rows.")
    }
    if let tokens, tokens < 2 {
      throw ValidationError("--tokens is \(tokens); it must be at least 2.")
    }
    if let rows, rows < 1 { throw ValidationError("--rows is \(rows); it must be at least 1.") }
  }

  func run() throws {
    let console = Console(quiet: reporting.quiet)
    computing.apply(saying: console)
    let file = try logits.map {
      try OutputFile(
        $0, option: "--logits", overwrite: overwrite,
        inputs: [model, tokenIds].compactMap(\.self))
    }
    console.doing("Opening \(model)")
    let opened = try OpenedModel(Checkpoint(URL(filePath: model)))
    let reference = try reference.map { try OpenedModel(Checkpoint(URL(filePath: $0))).model }
    console.doing("Reading the text")
    let maximum = [opened.model, reference].compactMap { $0?.description.maximumPositions }.min()!
    let tokenizer = try tokenIds == nil ? Tokenizer(directory: opened.checkpoint.directory) : nil
    let windows = try windows(tokenizer, maximum: maximum)
    if let file, let logits {
      try LogitsJob(model: opened.model, rows: windows).run(to: file.url, observer: console.observe)
      try LogitsReport(logits, rows: windows, of: opened.model).print(reporting, to: console)
      return
    }
    let evaluation = try EvaluateJob(
      model: opened.model, reference: reference, windows: windows, unscored: tokenizer?.bosTokenID
    ).run(observer: console.observe)
    try EvaluationReport(model: model, reference: self.reference, evaluation: evaluation)
      .print(reporting, to: console)
  }

  /// The windows of the text or the rows of token ids, no longer than `maximum`.
  private func windows(_ tokenizer: Tokenizer?, maximum: Int) throws -> [[Int32]] {
    var windows: [[Int32]]
    if let tokenizer {
      let tokens = tokens ?? min(512, maximum)
      guard tokens <= maximum else {
        throw JobError.tooManyTokens(requested: tokens, maximum: maximum)
      }
      windows = try EvaluationText(files: text.map { URL(filePath: $0) })
        .windows(tokenizer: tokenizer, tokens: tokens)
    } else {
      let tokenIds = tokenIds ?? ""
      windows = try TokenIDFile(URL(filePath: tokenIds)).rows
      if let width = windows.first?.count, width > maximum {
        throw JobError.badTokenIDs(
          file: tokenIds,
          reason: "Its rows of \(width) tokens are longer than the model's \(maximum) positions.")
      }
    }
    return Array(windows.prefix(rows ?? windows.count))
  }
}
