import BitAllocation
import Tensors

/// Ways in which tables of options differ.
enum TableKind: CaseIterable {
  /// Errors that fall about fourfold per bit, with noise.
  case realistic
  /// Anything goes.
  case arbitrary
  /// Few different bits and errors, so many ties.
  case tied
  /// Every option of a table has one of three sizes.
  case equalBits
  /// Some layers have no choice.
  case singleOptions
  /// What an option saves is what it costs: greedy and bounds are of no help.
  case correlated
}

extension AllocationProblem {
  /// A small problem with a reachable budget; option names are the same in every layer.
  static func random(
    _ kind: TableKind = .realistic, seed: UInt64, layers: ClosedRange<Int> = 2...6,
    options: ClosedRange<Int> = 1...5
  ) -> AllocationProblem {
    var generator = SeededGenerator(seed: seed)
    let count = Int.random(in: options, using: &generator)
    let layers = (0..<Int.random(in: layers, using: &generator)).map { index in
      let isFixed = kind == .singleOptions && Bool.random(using: &generator)
      let weights = 64 * Int.random(in: 1...40, using: &generator)
      let sensitivity = Double.random(in: 0.1...10, using: &generator)
      return Layer(
        name: "layer \(index)", weights: weights,
        options: (0..<(isFixed ? 1 : count)).map { option in
          let (bits, error) = kind.randomOption(
            option, weights: weights, sensitivity: sensitivity, using: &generator)
          return Option(name: "option \(option)", bits: bits, error: error)
        })
    }
    var problem = AllocationProblem(layers: layers, budget: 0)
    problem.budget = Int.random(
      in: problem.smallestBits...problem.largestBits, using: &generator)
    return problem
  }

  /// The least error of all allocations within the budget, in steps of 2⁻⁴⁴ of the largest error.
  func leastErrorByEnumeration() -> Int {
    func least(from layer: Int, bits: Int) -> Int? {
      guard bits >= 0 else { return nil }
      guard layer < layers.count else { return 0 }
      return layers[layer].options.compactMap { option in
        least(from: layer + 1, bits: bits - option.bits).map { $0 + steps(option.error) }
      }.min()
    }
    return least(from: 0, bits: budget) ?? .max
  }

  /// The error of an allocation in the same steps.
  func steps(of allocation: Allocation) -> Int {
    allocation.options(in: self).reduce(0) { $0 + steps($1.error) }
  }

  private func steps(_ error: Double) -> Int {
    let largest = layers.flatMap(\.options).map(\.error).max() ?? 0
    return largest == 0 ? 0 : Int((error / largest * 0x1p44).rounded())
  }
}

extension TableKind {
  fileprivate func randomOption(
    _ option: Int, weights: Int, sensitivity: Double, using generator: inout SeededGenerator
  ) -> (bits: Int, error: Double) {
    switch self {
    case .realistic, .singleOptions:
      let bits = 2 + Double(option) + Double.random(in: 0...0.9, using: &generator)
      let noise = Double.random(in: 0.8...1.25, using: &generator)
      return (Int(bits * Double(weights)), sensitivity * exp4(-bits) * noise)
    case .arbitrary:
      return (
        Int.random(in: 1...1000, using: &generator), Double.random(in: 0...1, using: &generator)
      )
    case .tied:
      return (
        Int.random(in: 1...4, using: &generator),
        Double(Int.random(in: 0...4, using: &generator))
      )
    case .equalBits:
      return (
        100 * Int.random(in: 1...3, using: &generator),
        Double.random(in: 0...1, using: &generator)
      )
    case .correlated:
      let bits = Int.random(in: 1...4096, using: &generator)
      return (bits, Double(4096 - bits))
    }
  }

  private func exp4(_ exponent: Double) -> Double {
    (0..<Int(-exponent * 16)).reduce(1) { value, _ in value * 0.917_004_043_204_671_2 }
  }
}

extension AllocationProblem {
  /// The same table with errors by kind of text, which differ from layer to layer.
  func withRandomStrata(_ kinds: Int, seed: UInt64) -> AllocationProblem {
    var generator = SeededGenerator(seed: seed, stream: 1)
    var problem = self
    for layer in layers.indices {
      let factors = (0..<kinds).map { _ in Double.random(in: 0.2...5, using: &generator) }
      for option in layers[layer].options.indices {
        let error = layers[layer].options[option].error
        problem.layers[layer].options[option].strata = factors.map {
          $0 * error * Double.random(in: 0.9...1.1, using: &generator)
        }
      }
    }
    return problem
  }
}
