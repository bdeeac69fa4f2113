import BitAllocation
import Jobs

/// What `bpw stability` says.
struct StabilityTable: Encodable {
  let bitsPerWeight: Double
  let strategy: String
  let seed: UInt64
  let report: StabilityReport

  init(_ report: StabilityReport, of document: AllocationDocument, seed: UInt64) {
    bitsPerWeight = document.bitsPerWeight
    strategy = document.strategy
    self.seed = seed
    self.report = report
  }

  private enum CodingKeys: String, CodingKey {
    case strategy, seed, bootstraps, units, regret, layers
    case bitsPerWeight = "bits_per_weight"
    case drewDocuments = "drew_documents"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(strategy, forKey: .strategy)
    try container.encode(seed, forKey: .seed)
    try container.encode(bitsPerWeight, forKey: .bitsPerWeight)
    try container.encode(report.bootstraps, forKey: .bootstraps)
    try container.encode(report.units, forKey: .units)
    try container.encode(report.drewDocuments, forKey: .drewDocuments)
    try container.encode(report.regret, forKey: .regret)
    try container.encode(report.layers, forKey: .layers)
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("stability", self).text())
      return
    }
    var table = Table(["layer", "option", "kept", "runner-up"])
    for layer in report.layers {
      let other = layer.others.first.map { "\($0.option) (\(percent($0.share)))" }
      table.add([layer.name, layer.option, percent(layer.kept), other ?? "–"])
    }
    for line in table.lines { console.result(line) }
    console.result("")
    console.result(regret)
    console.result(meaning)
    if !report.drewDocuments {
      console.note(
        "Note: rows were drawn, not documents, as the measurement has too few of them or doesn't "
          + "name them; texts of other documents may differ more.")
    }
  }

  private var regret: String {
    let regret = report.regret
    return "Regret \(percent(regret.mean)) on average (median \(percent(regret.median)), "
      + "95 % of cases below \(percent(regret.percentile95))) over \(report.bootstraps) bootstraps "
      + "of \(report.units) \(report.drewDocuments ? "documents" : "rows")"
  }

  private var meaning: String {
    "That is: on other text like the measured, this allocation's sum of errors would exceed the "
      + "least possible by about so much."
  }

  /// With two digits, or three where two would make it all.
  private func percent(_ share: Double) -> String {
    let percents = 100 * share
    guard percents.isFinite else { return "∞ %" }
    if percents == 0 || percents >= 100 { return "\(Int(percents.rounded())) %" }
    return percents.formatted(digits: percents < 99 ? 2 : 3) + " %"
  }
}
