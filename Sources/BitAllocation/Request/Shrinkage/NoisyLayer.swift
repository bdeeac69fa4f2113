import Foundation

/// A layer's options with what is known of how certain their errors are, to be drawn towards what
/// layers of the same role have in common.
package struct NoisyLayer: Sendable {
  /// What it does in its block, such as "q_proj".
  package var role: String
  package var options: [Option]

  package struct Option: Sendable {
    /// By which options of different layers are known to be the same.
    package var name: String
    package var bits: Int
    /// The squared relative error.
    package var error: Double
    /// The squared standard error of the error's logarithm, but for what all options share.
    package var variance: Double

    package init(name: String, bits: Int, error: Double, variance: Double) {
      self.name = name
      self.bits = bits
      self.error = error
      self.variance = variance
    }
  }

  package init(role: String, options: [Option]) {
    self.role = role
    self.options = options
  }
}

extension NoisyLayer {
  /// Errors, (layers, options), shrunk by an empirical Bayes estimate.
  ///
  /// Within a role, log e = g (of the layer) + c (of the option) + u. What u varies beyond what
  /// noise v explains is taken for real: τ² = max(0, var u − mean v), and u becomes
  /// τ² / (τ² + v) · u. Certain errors stay as they are; of uncertain ones the layer's level and the
  /// role's curve remain. What then still rises with bits within the noise is leveled
  /// (`leveled`). An error of zero stays zero. (Efron and Morris, "Stein's estimation rule and its
  /// competitors", 1973.)
  package static func shrunk(_ layers: [NoisyLayer]) -> [[Double]] {
    var result = layers.map { $0.options.map(\.error) }
    for indices in Dictionary(grouping: layers.indices, by: { layers[$0].role }).values {
      let fit = AdditiveFit(indices.map { layers[$0] })
      for (index, own) in zip(indices, fit.layers) {
        result[index] = layers[index].shrunk(by: own, real: fit.realVariance)
      }
    }
    return result
  }

  private func shrunk(by fit: AdditiveFit.Layer, real: Double) -> [Double] {
    var logarithms = options.indices.map { index -> Double? in
      guard let residual = fit.residuals[index] else { return nil }
      let variance = options[index].variance
      // Certain where nothing is known against it.
      let share = variance > 0 ? variance / (real + variance) : 0
      return log(options[index].error) - share * residual
    }
    let original = logarithms
    level(&logarithms, curve: fit.curve)
    return options.indices.map { index in
      guard let logarithm = logarithms[index], let residual = fit.residuals[index] else {
        return options[index].error
      }
      // What doesn't change keeps its last digit, too.
      let isSame = logarithm == original[index] && (residual == 0 || options[index].variance == 0)
      return isSame ? options[index].error : exp(logarithm)
    }
  }
}
