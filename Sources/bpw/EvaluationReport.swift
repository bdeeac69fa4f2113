import Jobs
import Models

/// What `bpw eval` says about a model.
struct EvaluationReport: Encodable {
  let model: String
  let reference: String?
  let evaluation: Evaluation

  private enum CodingKeys: String, CodingKey { case model, reference }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(model, forKey: .model)
    try container.encodeIfPresent(reference, forKey: .reference)
    try evaluation.encode(to: encoder)
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("eval", self).text())
      return
    }
    var table = Table(["", "", "95 % interval"])
    func add(_ name: String, _ estimate: Estimate?, _ text: (Double) -> String) {
      guard let estimate else { return }
      table.add([
        name, text(estimate.value), "\(text(estimate.low)) to \(text(estimate.high))",
      ])
    }
    add("perplexity", evaluation.perplexity) { $0.formatted(digits: 5) }
    add("reference's perplexity", evaluation.referencePerplexity) { $0.formatted(digits: 5) }
    add("KL divergence (nats/token)", evaluation.divergence) { $0.formatted(digits: 4) }
    add("same top token", evaluation.agreement) { (100 * $0).formatted(digits: 4) + " %" }
    for line in table.lines { console.result(line) }
    console.result("over \(evaluation.tokens) tokens in \(evaluation.windows) windows")
  }
}

/// What `bpw eval --logits` says.
struct LogitsReport: Encodable {
  let logits: String
  let shape: [Int]

  init(_ path: String, rows: [[Int32]], of model: Model) {
    logits = path
    shape = [rows.count, rows.first?.count ?? 0, model.description.vocabularySize]
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    console.result(
      reporting.json
        ? try Report("logits", self).text() : "\(logits): logits \(shape), f32")
  }
}
