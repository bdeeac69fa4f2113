import Foundation
import Tensors

/// Rotary position embedding: pair `m` of a head is turned by the angle position · ω_m.
///
/// Su et al., "RoFormer", 2021, arXiv:2104.09864; the scalings as in transformers'
/// `modeling_rope_utils`.
package struct RotaryEmbedding: Sendable, Equatable {
  /// How many of a head's dimensions turn; the rest stay.
  package let dimensions: Int
  /// The base of the frequencies before scaling: ω_m = θ^(-2 m / dimensions).
  package let theta: Double
  /// What makes other frequencies of these.
  package let scaling: RotaryScaling
  /// Which dimensions turn together.
  package let pairing: Pairing

  /// Which dimensions of a head make a pair.
  package enum Pairing: Sendable {
    /// `m` and `m + dimensions / 2`, as Llama's relatives have it.
    case halves
    /// `2 m` and `2 m + 1`, as GPT-J has it.
    case neighbors
  }

  package init(
    dimensions: Int, theta: Double, scaling: RotaryScaling = .none, pairing: Pairing = .halves
  ) {
    self.dimensions = dimensions
    self.theta = theta
    self.scaling = scaling
    self.pairing = pairing
  }

  /// Turns the head that begins at a column, in every row.
  func turn(_ states: inout Matrix, from first: Int, _ tables: RotaryTables) {
    switch pairing {
    case .halves:
      states.rotatePairs(from: first, cosines: tables.cosines, sines: tables.sines)
    case .neighbors:
      states.rotateNeighbors(from: first, cosines: tables.cosines, sines: tables.sines)
    }
  }

  /// Angles per position, ω_m for m in 0..<dimensions/2, for sequences of `length` tokens.
  package func frequencies(length: Int) -> [Double] {
    let base = baseFrequencies(theta: theta)
    switch scaling {
    case .none:
      return base
    case .linear(let factor):
      return base.map { $0 / factor }
    case .dynamic(let factor, let maximumPositions):
      let stretch =
        factor * Double(max(length, maximumPositions)) / Double(maximumPositions) - (factor - 1)
      let exponent = Double(dimensions) / Double(dimensions - 2)
      return baseFrequencies(theta: theta * pow(stretch, exponent))
    case .llama3(let settings):
      return base.map(settings.scaled)
    case .yarn(let settings):
      return settings.scaled(base, theta: theta)
    case .long(let settings):
      return settings.scaled(base, length: length)
    }
  }

  /// The longest sequence for a model whose configuration says `positions`: dynamic scaling begins
  /// where they end.
  func reach(from positions: Int) -> Int {
    guard case .dynamic(let factor, _) = scaling, factor > 1 else { return positions }
    return Int(min(Double(positions) * factor, Double(1 << 28)))
  }

  /// What cosines and sines are multiplied with.
  package var attentionFactor: Double {
    switch scaling {
    case .yarn(let settings): settings.attentionFactor
    case .long(let settings): settings.attentionFactor
    case .none, .linear, .dynamic, .llama3: 1
    }
  }

  /// Cosines and sines for positions `0..<length`.
  package func tables(length: Int) -> RotaryTables {
    // Rounded where transformers rounds: frequency and angle are 32-bit floats.
    let frequencies = frequencies(length: length).map { Float($0) }
    let factor = Float(attentionFactor)
    var cosines = Matrix(rows: length, columns: frequencies.count)
    var sines = cosines
    for position in 0..<length {
      for (pair, frequency) in frequencies.enumerated() {
        let angle = Double(Float(position) * frequency)
        cosines[position, pair] = Float(cos(angle)) * factor
        sines[position, pair] = Float(sin(angle)) * factor
      }
    }
    return RotaryTables(cosines: cosines, sines: sines)
  }

  private func baseFrequencies(theta: Double) -> [Double] {
    (0..<dimensions / 2).map { pow(theta, -2 * Double($0) / Double(dimensions)) }
  }
}

/// Cosines and sines of every position and pair, (tokens, dimensions / 2) each.
package struct RotaryTables: Sendable {
  /// Cosines of all angles.
  package let cosines: Matrix
  /// Sines of all angles.
  package let sines: Matrix
}
