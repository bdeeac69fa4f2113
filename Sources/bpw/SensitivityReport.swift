import BitAllocation
import Jobs

/// What `bpw sensitivity` says about its result.
struct SensitivityReport: Encodable {
  let sensitivities: String
  let layers: [LayerSensitivity]
  let gate: LinearityGate?

  init(_ document: SensitivityDocument, path: String) {
    sensitivities = path
    layers = document.layers
    gate = document.gate
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("sensitivity", self).text())
      return
    }
    var table = Table(["layer", "nats per error", "observed", "± standard error"])
    for layer in layers.sorted(by: { $0.coefficient > $1.coefficient }) {
      table.add([
        layer.name, layer.coefficient.formatted(digits: 3),
        layer.isResolved ? layer.observed?.formatted(digits: 3) ?? "" : "not resolved",
        layer.standardError?.formatted(digits: 2) ?? "",
      ])
    }
    for line in table.lines { console.result(line) }
    console.result("")
    let unresolved = layers.count { !$0.isResolved }
    if unresolved > 0 {
      console.result(
        "\(unresolved) of \(layers.count) layers show no certain effect and count as others of "
          + "their role")
    }
    if let gate {
      for line in lines(gate) { console.result(line) }
      console.result(
        "Corrected: by one rising function of all predictions. On other text divergences are larger."
      )
      console.result("")
    }
    console.result("Written to \(sensitivities)")
  }

  private func lines(_ gate: LinearityGate) -> [String] {
    var table = Table([
      "\(gate.trials.count) random allocations", "rank correlation", "measured / corrected",
      "spread", "",
    ])
    func add(_ name: String, _ result: GateResult) {
      table.add([
        name, result.rankCorrelation.formatted(digits: 3),
        "\(result.lowestRatio.formatted(digits: 2)) to \(result.highestRatio.formatted(digits: 2))",
        "\((100 * result.spread).formatted(digits: 2)) %", result.hasPassed ? "passed" : "failed",
      ])
    }
    add("with the sensitivities", gate.withSensitivities)
    add("without them", gate.withoutSensitivities)
    return table.lines
  }
}
