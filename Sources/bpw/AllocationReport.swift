import BitAllocation
import Jobs

/// What `bpw optimize` says about its result.
struct AllocationReport: Encodable {
  let allocation: String
  let strategy: String
  let targetBitsPerWeight: Double
  let bitsPerWeight: Double
  let bits: Int
  let budget: Int
  let weights: Int
  let predictedError: Double
  let certificate: Certificate?
  let layers: [AllocatedLayer]

  init(_ document: AllocationDocument, path: String) {
    allocation = path
    strategy = document.strategy
    targetBitsPerWeight = document.targetBitsPerWeight
    bitsPerWeight = document.bitsPerWeight
    bits = document.bits
    budget = document.budget
    weights = document.weights
    predictedError = document.predictedError
    certificate = document.certificate
    layers = document.layers
  }

  enum CodingKeys: String, CodingKey {
    case allocation, strategy, bits, budget, weights, certificate, layers
    case targetBitsPerWeight = "target_bits_per_weight"
    case bitsPerWeight = "bits_per_weight"
    case predictedError = "predicted_error"
  }

  func print(_ reporting: ReportingOptions, to console: Console) throws {
    if reporting.json {
      console.result(try Report("optimize", self).text())
      return
    }
    var table = Table(["layer", "option", "error"])
    for lines in ExpertLines.gathered(layers) {
      for row in lines.rows { table.add(row) }
    }
    for line in table.lines { console.result(line) }
    console.result("")
    console.result(
      "\(bitsPerWeight.formatted(digits: 5)) bits per weight of \(targetBitsPerWeight) allowed, "
        + "over \(weights) weights in \(layers.count) linear layers, the head included")
    console.result(
      "Sum of squared relative errors \(predictedError.formatted(digits: 5)), \(proof)")
    console.result("Written to \(allocation)")
  }

  private var proof: String {
    guard let certificate else { return "chosen by '\(strategy)'" }
    if certificate.proven { return "proven to be the lowest possible" }
    return "at most \(certificate.gap.formatted(digits: 2)) above the lowest possible"
  }
}
