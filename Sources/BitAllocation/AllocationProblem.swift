/// For every layer the options it may take, and the bits that all layers together may take.
package struct AllocationProblem: Equatable, Sendable {
  /// At least one.
  package var layers: [Layer]
  /// In bits.
  package var budget: Int

  package init(layers: [Layer], budget: Int) {
    self.layers = layers
    self.budget = budget
  }

  /// One decision: a layer, or layers that must share an option, measured as one.
  package struct Layer: Equatable, Sendable {
    /// The layer's name in the measurement.
    package var name: String
    /// What bits per weight count.
    package var weights: Int
    /// At least one.
    package var options: [Option]

    package init(name: String, weights: Int, options: [Option]) {
      self.name = name
      self.weights = weights
      self.options = options
    }
  }

  /// One way to quantize a layer.
  package struct Option: Equatable, Sendable {
    /// What to convert the layer with, such as "0.1:4b_128g/0.9:3b_128g s4".
    package var name: String
    /// The exact size in the written file.
    package var bits: Int
    /// Squared relative error, finite; it adds up over layers.
    package var error: Double

    package init(name: String, bits: Int, error: Double) {
      self.name = name
      self.bits = bits
      self.error = error
    }
  }

  /// The bits that one layer may take: up to 128 GiB, so that the exact arithmetic of
  /// `ExactStrategy` fits 128 bits.
  static let layerBits = 1...(1 << 40)

  /// The number of layers there may be, for the same reason.
  static let layerCounts = 1...(1 << 18)
}

extension AllocationProblem {
  /// The problem of bringing a measured model to a size.
  package init(
    _ measurement: Measurement, bitsPerWeight: Double, estimator: ErrorEstimator = .meanOfRatios,
    scale: ErrorScale = .residual, rowWeights: [Double]? = nil
  ) {
    layers = measurement.layers.map { layer in
      let reference = scale.reference(of: layer)
      return Layer(
        name: layer.name, weights: layer.weights,
        options: layer.options.map { option in
          Option(
            name: option.option, bits: option.bits,
            error: estimator.estimate(
              errors: option.errors, reference: reference, rowWeights: rowWeights))
        })
    }
    budget = Self.wholeBits(bitsPerWeight, weights: measurement.model.weights)
  }

  /// Weights in all layers together.
  package var weights: Int { layers.reduce(0) { $0 + $1.weights } }

  /// What the smallest allocation takes.
  package var smallestBits: Int {
    layers.reduce(0) { $0 + ($1.options.map(\.bits).min() ?? 0) }
  }

  /// What the largest allocation takes.
  package var largestBits: Int {
    layers.reduce(0) { $0 + ($1.options.map(\.bits).max() ?? 0) }
  }

  /// The sizes that allocations can have, in bits per weight.
  package var reachableBitsPerWeight: ClosedRange<Double> {
    Double(smallestBits) / Double(weights)...Double(largestBits) / Double(weights)
  }

  /// Throws when no allocation has the size that the budget asks for.
  package func checkBudget() throws(AllocationError) {
    guard smallestBits...largestBits ~= budget else {
      throw .unreachable(
        layers: layers.count, bitsPerWeight: Double(budget) / Double(weights),
        reachable: reachableBitsPerWeight)
    }
  }
}

extension AllocationProblem {
  /// The bits that `weights` weights may take, rounded down.
  ///
  /// A decimal number such as 2.31 has no exact binary form. Where that alone keeps the product
  /// below a whole number, the whole number is meant.
  package static func wholeBits(_ bitsPerWeight: Double, weights: Int) -> Int {
    let product = min(max(0, bitsPerWeight * Double(weights)), 0x1p62)
    let nearest = product.rounded()
    return Int(abs(product - nearest) <= 2 * product.ulp ? nearest : product.rounded(.down))
  }
}
