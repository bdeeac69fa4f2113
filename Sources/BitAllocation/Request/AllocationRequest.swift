/// What an allocation is asked to be: everything that turns a measurement into a problem. An
/// allocation repeats it, so that anyone can pose the problem again.
package struct AllocationRequest: Codable, Equatable, Sendable {
  /// How much there is to spend.
  package var budget: Budget
  /// What is minimized.
  package var objective: Objective
  /// How rows' errors become one number per option.
  package var estimator: ErrorEstimator
  /// Whether the estimates are drawn towards what layers of the same role have in common.
  package var shrinks: Bool
  /// What errors are relative to.
  package var scale: ErrorScale
  /// How much the kinds of text count, by name; nil where every row counts the same.
  package var strata: [String: Double]?
  /// What errors are multiplied by, by depth.
  package var depth: DepthWeights?
  /// What errors are multiplied by, by layer: one for layers that aren't named.
  package var sensitivities: [String: Double]?
  /// Pins, floors and ceilings.
  package var rules: [LayerRule]

  package init(
    _ budget: Budget, objective: Objective = .sum, estimator: ErrorEstimator = .meanOfRatios,
    shrinks: Bool = false, scale: ErrorScale = .residual,
    strata: [String: Double]? = nil,
    depth: DepthWeights? = nil, sensitivities: [String: Double]? = nil, rules: [LayerRule] = []
  ) {
    self.budget = budget
    self.objective = objective
    self.estimator = estimator
    self.shrinks = shrinks
    self.scale = scale
    self.strata = strata
    self.depth = depth
    self.sensitivities = sensitivities
    self.rules = rules
  }
}

extension AllocationProblem {
  /// The problem of bringing a measured model to a size.
  ///
  /// An option's error is what the objective adds up: the estimate, times the weight of the layer's
  /// depth, times its sensitivity, to the objective's power. `multiplicities` says how often each
  /// calibration row counts, if not once. Throws an `AllocationError` if the request doesn't fit the
  /// measurement.
  package init(
    _ measurement: Measurement, _ request: AllocationRequest, multiplicities: [Int]? = nil
  ) throws {
    try request.checkNames(in: measurement)
    let table = try ErrorTable(measurement, request, multiplicities: multiplicities)
    let perStratum =
      request.objective == .worstStratum
      ? try request.countedStrata(of: measurement).map {
        try ErrorTable(measurement, request, stratum: $0, multiplicities: multiplicities)
      } : []
    let blocks = measurement.model.blocks
    layers = measurement.layers.enumerated().map { index, layer in
      let factor =
        (request.depth?.weight(block: layer.block, of: blocks) ?? 1)
        * (request.sensitivities?[layer.name] ?? 1)
      return Layer(
        name: layer.name, weights: layer.weights, role: layer.role, block: layer.block,
        options: layer.options.enumerated().map { option, measured in
          Option(
            name: measured.option, bits: measured.bits,
            error: request.objective.term(factor * table.errors[index][option]),
            strata: perStratum.map { factor * $0.errors[index][option] })
        })
    }
    budget = 0
    for layer in layers {
      for option in layer.options
      where !([option.error] + option.strata).allSatisfy({ $0 >= 0 && $0.isFinite }) {
        throw AllocationError.unusableError(layer: layer.name, option: option.name)
      }
    }
    try LayerRule.apply(request.rules, to: &layers)
    budget = try request.budget.bits(of: measurement, layers: layers)
  }
}

extension AllocationRequest {
  /// Throws where names are asked for that the measurement doesn't have.
  fileprivate func checkNames(in measurement: Measurement) throws(AllocationError) {
    for name in (strata ?? [:]).keys.sorted() where !measurement.calibration.strata.contains(name) {
      throw .unknownStratum(name, known: measurement.calibration.strata)
    }
    let names = Set(measurement.layers.map(\.name))
    for name in (sensitivities ?? [:]).keys.sorted() where !names.contains(name) {
      throw .sensitivityOfUnknownLayer(name)
    }
  }

  /// The kinds of text that have rows and aren't given a weight of zero.
  fileprivate func countedStrata(of measurement: Measurement) -> [Int] {
    measurement.calibration.usedStrata.filter {
      (strata?[measurement.calibration.strata[$0]] ?? 1) > 0
    }
  }
}

extension AllocationRequest {
  /// What errors of a layer or a kind of text may be multiplied by.
  static let factors = 0...1e12

  /// Throws the first value that can't be asked for: a file may have any.
  func validate() throws(DocumentProblem) {
    switch budget {
    case .bitsPerWeight(let bits), .decoderBitsPerWeight(let bits):
      try check(bits >= 0 && bits <= 1024, "request.budget", bits, "from 0 to 1024")
    case .fileBytes(let bytes): try checkBytes(bytes)
    case .memory(let memory):
      try checkBytes(memory.bytes)
      try checkBytes(memory.overhead)
      try check(
        0...(1 << 30) ~= memory.context, "request.budget, context", memory.context,
        "from 0 to \(1 << 30)")
      try check(
        1...64 ~= memory.cacheBits, "request.budget, cache_bits", memory.cacheBits, "from 1 to 64")
    }
    switch objective {
    case .power(let power):
      try check(power > 0 && power <= 16, "request.objective, power", power, "from 0 to 16")
    case .lexicographic(let slack):
      try check(slack >= 0 && slack <= 1e9, "request.objective, slack", slack, "from 0 to 1e9")
    case .sum, .minMax, .worstStratum: break
    }
    for (name, value) in sensitivities ?? [:] {
      try check(Self.factors ~= value, "request.sensitivities, '\(name)'", value, "from 0 to 1e12")
    }
    for (name, value) in strata ?? [:] {
      try check(Self.factors ~= value, "request.strata, '\(name)'", value, "from 0 to 1e12")
    }
    if let depth {
      try check(
        depth.curve.count >= 2, "request.depth, the number of values", depth.curve.count,
        "at least 2")
      for value in depth.curve {
        try check(DepthWeights.values ~= value, "request.depth", value, "above 0, at most 1e6")
      }
    }
    for case .bitsPerWeight(let bits) in rules.map(\.value) {
      try check(bits >= 0 && bits <= 1e6, "request.rules", bits, "from 0 to 1e6")
    }
  }

  private func checkBytes(_ bytes: Int) throws(DocumentProblem) {
    try check(0...(1 << 50) ~= bytes, "request.budget, bytes", bytes, "from 0 to \(1 << 50)")
  }
}
