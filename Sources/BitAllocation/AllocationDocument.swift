/// An allocation as a file: what to convert, and how the choice came about.
package struct AllocationDocument: Equatable, Sendable {
  /// The model that was measured; the allocation is for it alone.
  package var model: Measurement.Model
  /// The rows that were measured on, with enough to make them again.
  package var calibration: Measurement.Calibration
  /// How the layers were measured; the format is what they are converted to.
  package var settings: Measurement.Settings
  /// What was asked for.
  package var request: AllocationRequest
  /// The fingerprint of the problem's table.
  package var table: String
  /// The name of the strategy that made the choice.
  package var strategy: String
  /// What the layers may take together, in bits.
  package var budget: Int
  /// What the layers take together.
  package var bits: Int
  /// Weights in all layers together.
  package var weights: Int
  /// What came out: `bits` by `weights`.
  package var bitsPerWeight: Double
  /// The sum of the layers' errors, as the objective weighs them.
  package var predictedError: Double
  /// Nil from strategies that prove nothing.
  package var certificate: Certificate?
  /// In the order of the measurement, no name twice.
  package var layers: [AllocatedLayer]

  /// The same by the strategy's name.
  package init(
    _ allocation: Allocation, of problem: AllocationProblem, from measurement: Measurement,
    request: AllocationRequest, strategy: String
  ) {
    model = measurement.model
    calibration = measurement.calibration
    settings = measurement.settings
    self.request = request
    table = problem.fingerprint
    self.strategy = strategy
    budget = problem.budget
    bits = allocation.bits(in: problem)
    weights = problem.weights
    bitsPerWeight = Double(bits) / Double(weights)
    predictedError = allocation.error(in: problem)
    certificate = allocation.certificate
    // What the exact strategy summed up are the request's powers.
    if case .power = request.objective, certificate?.objective == .sum {
      certificate?.objective = request.objective
    }
    let chosen = allocation.options(in: problem)
    layers = zip(measurement.layers, chosen).map { measured, option in
      AllocatedLayer(
        name: measured.name, option: option.name, bits: option.bits, error: option.error,
        members: measured.members.map { names in
          let options = measured.options.first { $0.option == option.name }?.members ?? []
          return zip(names, options).map {
            AllocatedLayer.Member(name: $0, option: $1.option, bits: $1.bits)
          }
        })
    }
  }

  /// Describes the allocation that a strategy made of a measurement's problem.
  package init(
    _ allocation: Allocation, of problem: AllocationProblem, from measurement: Measurement,
    request: AllocationRequest, strategy: any AllocationStrategy
  ) {
    self.init(
      allocation, of: problem, from: measurement, request: request, strategy: strategy.name)
  }

  /// Poses the problem and solves it by a strategy.
  package init(
    _ measurement: Measurement, _ request: AllocationRequest, by strategy: any AllocationStrategy
  ) throws {
    let problem = try AllocationProblem(measurement, request)
    self.init(
      try strategy.allocate(problem), of: problem, from: measurement, request: request,
      strategy: strategy)
  }

  /// Bits per weight that were asked for, in whatever form.
  package var targetBitsPerWeight: Double {
    switch request.budget {
    case .bitsPerWeight(let bits), .decoderBitsPerWeight(let bits): bits
    case .fileBytes, .memory: Double(budget) / Double(weights)
    }
  }

  /// The option of every single layer, by name.
  package var options: [(layer: String, option: String, bits: Int)] {
    layers.flatMap { layer in
      layer.members?.map { ($0.name, $0.option, $0.bits) }
        ?? [(layer.name, layer.option, layer.bits)]
    }
  }

  private enum CodingKeys: String, CodingKey {
    case model, calibration, settings, request, table, strategy, budget, bits, weights
    case certificate, layers
    case bitsPerWeight = "bits_per_weight"
    case predictedError = "predicted_error"
  }
}

/// The option a layer is converted with.
package struct AllocatedLayer: Codable, Equatable, Sendable {
  /// The full name, such as "model.layers.0.self_attn.q_proj".
  package var name: String
  /// The option's name in the measurement, such as "0.1:4b_128g/0.9:3b_128g s4".
  package var option: String
  /// The exact size in the written file.
  package var bits: Int
  /// What it adds to the objective: the squared relative error, weighted as was asked for.
  package var error: Double
  /// The layers that this stands for where several share one decision.
  package var members: [Member]?

  /// One of several layers that share a decision.
  package struct Member: Codable, Equatable, Sendable {
    package var name: String
    package var option: String
    package var bits: Int

    package init(name: String, option: String, bits: Int) {
      self.name = name
      self.option = option
      self.bits = bits
    }
  }

  package init(
    name: String, option: String, bits: Int, error: Double, members: [Member]? = nil
  ) {
    self.name = name
    self.option = option
    self.bits = bits
    self.error = error
    self.members = members
  }
}

extension AllocationDocument: Document {
  package static let kind = "bpw.allocation"
  package static let version = 2
  package static let oldestVersion = 2
  package static let writer = "bpw optimize"

  package var members: KeyValuePairs<String, any Encodable> {
    [
      "model": model, "calibration": calibration, "settings": settings,
      "request": request, "table": table, "strategy": strategy, "budget": budget, "bits": bits,
      "weights": weights, "bits_per_weight": bitsPerWeight, "predicted_error": predictedError,
      "certificate": certificate, "layers": layers,
    ]
  }

  /// Throws the first thing in which the file contradicts itself.
  package func validate() throws(DocumentProblem) {
    try calibration.validate()
    try request.validate()
    try check(
      AllocationProblem.layerCounts ~= layers.count, "the number of layers", layers.count,
      "between 1 and \(AllocationProblem.layerCounts.upperBound)")
    try check(weights >= 1, "weights", weights, "at least 1")

    var names: Set<String> = []
    for layer in layers {
      for name in [layer.name] + (layer.members ?? []).map(\.name) {
        guard names.insert(name).inserted else { throw .duplicateLayer(name) }
      }
      if let members = layer.members {
        for member in members {
          try check(
            AllocationProblem.layerBits ~= member.bits, "layer '\(layer.name)', members, bits",
            member.bits, "between 1 and \(AllocationProblem.layerBits.upperBound)")
        }
        try checkEqual(
          "layer '\(layer.name)', bits", stated: layer.bits,
          computed: members.reduce(0) { $0 + $1.bits })
      }
      try check(
        AllocationProblem.layerBits ~= layer.bits, "layer '\(layer.name)', bits", layer.bits,
        "between 1 and \(AllocationProblem.layerBits.upperBound)")
      try check(
        layer.error >= 0 && layer.error.isFinite, "layer '\(layer.name)', error", layer.error,
        "finite and zero or more")
    }

    try checkEqual("bits", stated: bits, computed: layers.reduce(0) { $0 + $1.bits })
    try check(bits <= budget, "bits", bits, "within the budget of \(budget)")
    try checkClose(
      "bits_per_weight", stated: bitsPerWeight, computed: Double(bits) / Double(weights))
    try checkClose(
      "predicted_error", stated: predictedError, computed: layers.reduce(0) { $0 + $1.error })
    if let certificate {
      try checkClose(
        "certificate.gap", stated: certificate.lowerBound + certificate.gap,
        computed: certificate.value)
      switch certificate.objective {
      case .sum, .power, .lexicographic:
        try checkClose("certificate.value", stated: certificate.value, computed: predictedError)
      case .minMax, .worstStratum: break
      }
    }
  }
}
