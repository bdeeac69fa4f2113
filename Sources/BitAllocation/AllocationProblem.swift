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
    /// What it does in its block, such as "q_proj".
    package var role: String
    /// The block it belongs to, `nil` for the head.
    package var block: Int?
    /// At least one.
    package var options: [Option]

    package init(
      name: String, weights: Int, role: String = "", block: Int? = nil, options: [Option]
    ) {
      self.name = name
      self.weights = weights
      self.role = role
      self.block = block
      self.options = options
    }
  }

  /// One way to quantize a layer.
  package struct Option: Equatable, Sendable {
    /// What to convert the layer with, such as "0.1:4b_128g/0.9:3b_128g s4".
    package var name: String
    /// The exact size in the written file.
    package var bits: Int
    /// What the objective adds up over layers: squared relative error, finite.
    package var error: Double
    /// The same by kind of text, where that matters; the same number of kinds in all options.
    package var strata: [Double]

    package init(name: String, bits: Int, error: Double, strata: [Double] = []) {
      self.name = name
      self.bits = bits
      self.error = error
      self.strata = strata
    }
  }

  /// The bits that one layer may take: up to 128 GiB, so that the exact arithmetic of
  /// `ExactStrategy` fits 128 bits.
  static let layerBits = 1...(1 << 40)

  /// The number of layers there may be, for the same reason.
  static let layerCounts = 1...(1 << 18)
}

extension AllocationProblem {
  /// Blocks there are, as far as the layers tell.
  package var blocks: Int { (layers.compactMap(\.block).max() ?? -1) + 1 }

  /// Weights in all layers together.
  package var weights: Int { layers.totalWeights }

  /// What the smallest allocation takes.
  package var smallestBits: Int { layers.smallestBits }

  /// What the largest allocation takes.
  package var largestBits: Int { layers.largestBits }

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
  /// The same problem with other errors; `error` is given a layer's index and an option.
  func withErrors(_ error: (Int, Option) -> Double) -> AllocationProblem {
    var problem = self
    for (index, layer) in layers.enumerated() {
      for (place, option) in layer.options.enumerated() {
        problem.layers[index].options[place].error = error(index, option)
      }
    }
    return problem
  }
}

extension [AllocationProblem.Layer] {
  /// Weights in all of them together.
  var totalWeights: Int { reduce(0) { $0 + $1.weights } }

  /// What their smallest options take together.
  var smallestBits: Int { reduce(0) { $0 + ($1.options.map(\.bits).min() ?? 0) } }

  /// What their largest options take together.
  var largestBits: Int { reduce(0) { $0 + ($1.options.map(\.bits).max() ?? 0) } }
}
