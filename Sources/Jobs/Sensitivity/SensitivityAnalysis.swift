import BitAllocation
import Tensors

/// What the changes of all layers tell about how much their errors matter.
struct SensitivityAnalysis {
  let measurement: BitAllocation.Measurement
  let settings: SensitivitySettings
  /// Indices of the compared rows.
  let compared: [Int]
  /// Compared tokens of each of these.
  let tokens: [Int]

  /// Divergences below this, in nats per token, are rounding errors of predictions.
  private static let resolution = 1e-8
  /// Enough for a standard error to be certain to some percent.
  private static let repetitions = 400

  /// One kind of change of a layer, over the compared rows.
  private struct Effect {
    var option: String?
    var noise: Double?
    var errors: [Float]
    var divergences: [Double]
  }

  /// A result per measured layer.
  func layers(_ records: [SwapRecord]) throws -> [LayerSensitivity] {
    let byName = Dictionary(grouping: records, by: \.layer)
    let all = measurement.layers.map { effects(of: $0, byName) }
    let draws = rowDraws()
    let observed = try parallelMap(all.count) {
      observe(all[$0], of: measurement.layers[$0], draws)
    }
    let pooling = SensitivityPooling(
      zip(measurement.layers, observed).map { layer, found in
        SensitivityPooling.Layer(
          role: layer.role, block: layer.block,
          observed: found.isResolved ? (found.observed!, found.standardError!) : nil)
      }, blocks: measurement.model.blocks)
    return zip(observed, pooling.coefficients()).map { layer, coefficient in
      var layer = layer
      layer.coefficient = coefficient
      return layer
    }
  }

  /// A layer's effects; of layers that share a decision those of all together, as if they added up.
  private func effects(
    of layer: MeasuredLayer, _ records: [String: [SwapRecord]]
  ) -> [Effect] {
    var effects: [Effect] = []
    for record in (layer.members ?? [layer.name]).flatMap({ records[$0] ?? [] }) {
      let place = effects.firstIndex { $0.option == record.option && $0.noise == record.noise }
      guard let place else {
        let option = layer.options.first { $0.option == record.option }
        effects.append(
          Effect(
            option: record.option, noise: record.noise,
            errors: record.errors ?? compared.map { option?.errors[$0] ?? 0 },
            divergences: record.divergences))
        continue
      }
      for row in compared.indices {
        effects[place].divergences[row] += record.divergences[row]
        if let errors = record.errors { effects[place].errors[row] += errors[row] }
      }
    }
    return effects
  }

  private func observe(
    _ effects: [Effect], of layer: MeasuredLayer, _ draws: [[Int]]
  ) -> LayerSensitivity {
    let all = Array(compared.indices)
    let observations = effects.map { effect in
      LayerSensitivity.Observation(
        option: effect.option, noise: effect.noise, error: error(of: effect, layer, all),
        divergence: divergence(of: effect, all),
        standardError: deviation(draws.map { divergence(of: effect, $0) }))
    }
    let value = coefficient(effects, layer, all)
    let standardError = value.map { _ in
      deviation(draws.compactMap { coefficient(effects, layer, $0) })
    }
    let isSeen = observations.contains { $0.divergence >= Self.resolution }
    return LayerSensitivity(
      name: layer.name, coefficient: 1, observed: value, standardError: standardError,
      isResolved: isSeen && (value ?? 0) > 2 * (standardError ?? 0), observations: observations)
  }

  /// Σ k e / Σ e² over options, and over noise; the geometric mean of the two where there are both.
  /// Nil if no error was made.
  private func coefficient(
    _ effects: [Effect], _ layer: MeasuredLayer, _ rows: [Int]
  ) -> Double? {
    let slopes = [effects.filter { $0.noise == nil }, effects.filter { $0.noise != nil }]
      .compactMap { kind -> Double? in
        var (above, below) = (0.0, 0.0)
        for effect in kind {
          let error = error(of: effect, layer, rows)
          above += divergence(of: effect, rows) * error
          below += error * error
        }
        return below > 0 ? above / below : nil
      }
    guard slopes.count == 2 else { return slopes.first }
    return slopes.allSatisfy { $0 > 0 }
      ? (slopes[0] * slopes[1]).squareRoot() : (slopes[0] + slopes[1]) / 2
  }

  /// As the optimizer sees it, over some of the compared rows.
  private func error(of effect: Effect, _ layer: MeasuredLayer, _ rows: [Int]) -> Double {
    layer.error(
      of: rows.map { effect.errors[$0] }, rows: rows.map { compared[$0] },
      estimator: settings.estimator, scale: settings.scale)
  }

  /// In nats per token.
  private func divergence(of effect: Effect, _ rows: [Int]) -> Double {
    let tokens = rows.reduce(0) { $0 + self.tokens[$1] }
    return tokens > 0 ? rows.reduce(0) { $0 + effect.divergences[$1] } / Double(tokens) : 0
  }

  /// Rows drawn with replacement, the same for all layers.
  private func rowDraws() -> [[Int]] {
    var generator = SeededGenerator(seed: settings.seed, stream: 4 << 32)
    return (0..<Self.repetitions).map { _ in
      compared.indices.map { _ in generator.next(below: compared.count) }
    }
  }
}

private func deviation(_ values: [Double]) -> Double {
  guard values.count > 1 else { return 0 }
  let mean = values.reduce(0, +) / Double(values.count)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (squares / Double(values.count - 1)).squareRoot()
}
