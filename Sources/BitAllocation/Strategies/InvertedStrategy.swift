import Foundation

/// A control: the exact strategy on errors that say of every layer the opposite of what was measured.
/// Whatever doesn't beat it knows nothing about layers.
///
/// A layer's scale is the geometric mean of its options' errors, relative to that of all layers; with
/// errors divided by its square, a layer twice as sensitive looks half as sensitive as the mean.
package struct InvertedStrategy: AllocationStrategy {
  package let name = "inverted"
  package let summary = "control: exact, with sensitive and insensitive layers exchanged"

  package init() {}

  /// Comes without a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    let scales = problem.layers.map { layer in
      let logarithms = layer.options.map(\.error).filter { $0 > 0 }.map { log($0) }
      return logarithms.isEmpty ? nil : logarithms.reduce(0, +) / Double(logarithms.count)
    }
    let known = scales.compactMap(\.self)
    let mean = known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
    // A layer without errors has nothing to invert.
    let factors = scales.map { $0.map { exp(-2 * ($0 - mean)) } ?? 1 }
    let inverted = problem.withErrors { $1.error * factors[$0] }
    return Allocation(choices: try ExactStrategy().allocate(inverted).choices)
  }
}
