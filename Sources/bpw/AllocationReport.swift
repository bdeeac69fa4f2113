import BitAllocation
import Jobs

/// What `bpw optimize` says about its result.
struct AllocationReport: Encodable {
  let allocation: String
  let strategy: String
  let request: AllocationRequest
  let targetBitsPerWeight: Double
  let bitsPerWeight: Double
  let bits: Int
  let budget: Int
  let weights: Int
  /// Of the weight files, at most; nil where the measurement doesn't tell.
  let fileBytes: Int?
  let predictedError: Double
  let certificate: Certificate?
  let layers: [AllocatedLayer]
  private let storage: BitAllocation.Measurement.Storage?
  private let decoder: (bits: Int, weights: Int)

  init(
    _ document: AllocationDocument, of measurement: BitAllocation.Measurement, path: String
  ) {
    allocation = path
    strategy = document.strategy
    request = document.request
    targetBitsPerWeight = document.targetBitsPerWeight
    bitsPerWeight = document.bitsPerWeight
    bits = document.bits
    budget = document.budget
    weights = document.weights
    fileBytes = measurement.storage.map { $0.fileBytes + document.bits / 8 }
    predictedError = document.predictedError
    certificate = document.certificate
    layers = document.layers
    storage = measurement.storage
    decoder = zip(measurement.layers, document.layers).filter { $0.0.block != nil }
      .reduce((0, 0)) { ($0.0 + $1.1.bits, $0.1 + $1.0.weights) }
  }

  enum CodingKeys: String, CodingKey {
    case allocation, strategy, request, bits, budget, weights, certificate, layers
    case targetBitsPerWeight = "target_bits_per_weight"
    case bitsPerWeight = "bits_per_weight"
    case fileBytes = "file_bytes"
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
    console.result(size)
    console.result("\(value), \(proof)")
    if let price { console.result(price) }
    console.result("Written to \(allocation)")
  }

  /// What was spent, in the terms of what was asked for.
  private var size: String {
    let all =
      "\(bitsPerWeight.formatted(digits: 5)) bits per weight over \(weights) weights in "
      + "\(layers.count) linear layers, the head included"
    switch request.budget {
    case .bitsPerWeight(let allowed):
      return all.replacing("per weight over", with: "per weight of \(allowed) allowed, over")
    case .decoderBitsPerWeight(let allowed):
      let own = Double(decoder.bits) / Double(decoder.weights)
      return
        "\(own.formatted(digits: 5)) bits per weight of \(allowed) allowed, without the head; \(all)"
    case .fileBytes(let allowed):
      return "\(text(fileBytes)) of \(text(allowed)) allowed, of which \(text(storage?.fileBytes)) "
        + "for what isn't quantized; \(all)"
    case .memory(let memory):
      let cache = storage?.cacheBytes(tokens: memory.context, bits: memory.cacheBits) ?? 0
      let used = (fileBytes ?? 0) + cache + memory.overhead
      return "\(text(used)) of \(text(memory.bytes)) allowed: \(text(fileBytes)) for weights, "
        + "\(text(cache)) for the \(memory.cacheBits)-bit keys and values of \(memory.context) "
        + "tokens, \(text(memory.overhead)) overhead; \(all)"
    }
  }

  private func text(_ bytes: Int?) -> String { ByteSize(bytes: bytes ?? 0).text }

  private var value: String {
    let error = predictedError.formatted(digits: 5)
    let sum =
      request.sensitivities == nil
      ? "Sum of squared relative errors \(error)"
      : "Sum of errors as KL divergence, on calibration text, \(error)"
    switch certificate?.objective ?? request.objective {
    case .sum: return sum
    case .power(let power): return "Sum of squared relative errors to the power \(power) \(error)"
    case .minMax:
      let largest = certificate?.value ?? layers.map(\.error).max() ?? 0
      return "Largest squared relative error \(largest.formatted(digits: 5)), their sum \(error)"
    case .lexicographic(let slack):
      let limit = (certificate?.leastMaximum ?? 0) * (1 + slack)
      return "\(sum) with none above \(limit.formatted(digits: 5))"
    case .worstStratum:
      let worst = certificate?.value ?? 0
      return "The worst kind of text has \(worst.formatted(digits: 5)) times the least error it "
        + "could have"
    }
  }

  private var proof: String {
    guard let certificate else { return "chosen by '\(strategy)'" }
    if certificate.proven { return "proven to be the lowest possible" }
    return "at most \(certificate.gap.formatted(digits: 2)) above the lowest possible"
  }

  /// What more bits would buy.
  private var price: String? {
    guard case .sum = certificate?.objective, let lambda = certificate?.lambda, lambda > 0,
      predictedError > 0
    else { return nil }
    let share = lambda * Double(weights) / 10 / predictedError
    return
      "Another 0.1 bit per weight would save at most \((100 * share).formatted(digits: 3)) % of it"
  }
}
