import Foundation

/// What layers of a role have in common, as a curve over depth, and how far layers deviate from it.
///
/// log a = role + c₁ x + c₂ x² + deviation, x the depth from -1 to 1. Deviations have a variance of
/// their own besides the uncertainty of what was observed; what is uncertain is drawn towards the
/// curve in proportion. (Empirical Bayes: Morris, "Parametric Empirical Bayes Inference", 1983.)
package struct SensitivityPooling {
  /// What was observed of a layer.
  package struct Layer {
    package var role: String
    /// Nil for the head.
    package var block: Int?
    /// The coefficient and its standard error; nil where it isn't resolved.
    package var observed: (value: Double, standardError: Double)?

    package init(
      role: String, block: Int?, observed: (value: Double, standardError: Double)?
    ) {
      self.role = role
      self.block = block
      self.observed = observed
    }
  }

  private let layers: [Layer]
  private let blocks: Int
  private let roles: [String]
  private let degree: Int

  package init(_ layers: [Layer], blocks: Int) {
    self.layers = layers
    self.blocks = blocks
    roles = Set(layers.map(\.role)).sorted()
    let seen = Set(layers.filter { $0.observed != nil }.compactMap(\.block)).count
    // A curve through as many blocks as it has coefficients would say nothing.
    degree = min(2, max(0, seen - 2))
  }

  /// The coefficient of every layer. The head's and the last block's are as they were observed:
  /// they matter most and are like no other. Where nothing was resolved, all are 1.
  package func coefficients() -> [Double] {
    let seen = layers.indices.filter { layers[$0].observed != nil }
    guard !seen.isEmpty else { return layers.map { _ in 1 } }
    let values = seen.map { log(layers[$0].observed!.value) }
    // The squared standard error of a logarithm.
    let variances = seen.map { index in
      let observed = layers[index].observed!
      return observed.standardError * observed.standardError / (observed.value * observed.value)
    }
    let rows = layers.map(features)
    var spread = 1.0
    var curve: [Double] = []
    for _ in 0..<Self.rounds {
      curve = fit(seen.map { rows[$0] }, values, weights: variances.map { 1 / ($0 + spread) })
      spread = variance(seen, values, variances, rows, curve)
    }
    var result = rows.map { exp(dot($0, curve)) }
    for (place, index) in seen.enumerated() {
      let layer = layers[index]
      if layer.block == nil || layer.block == blocks - 1 {
        result[index] = layer.observed!.value
      } else {
        let common = dot(rows[index], curve)
        let trust = spread / max(spread + variances[place], .leastNormalMagnitude)
        result[index] = exp(common + trust * (values[place] - common))
      }
    }
    return result
  }

  /// Enough for weights and variance to agree.
  private static let rounds = 20

  /// The variance of deviations beyond what uncertainty explains.
  private func variance(
    _ seen: [Int], _ values: [Double], _ variances: [Double], _ rows: [[Double]],
    _ curve: [Double]
  ) -> Double {
    let squares = seen.indices.reduce(0) { sum, place in
      let deviation = values[place] - dot(rows[seen[place]], curve)
      return sum + deviation * deviation
    }
    let used = Set(seen.map { layers[$0].role }).count + degree
    // Without a layer to spare nothing is known of deviations, and all are believed.
    guard seen.count > used else { return 1 }
    let uncertainty = variances.reduce(0, +) / Double(seen.count)
    return max(0, squares / Double(seen.count - used) - uncertainty)
  }

  /// What the curve multiplies: one for the role, then powers of depth. Of the head the role alone.
  private func features(_ layer: Layer) -> [Double] {
    let depth =
      layer.block.map { blocks > 1 ? 2 * Double($0) / Double(blocks - 1) - 1 : 0 } ?? 0
    return [1] + roles.map { $0 == layer.role ? 1 : 0 }
      + (0..<degree).map { $0 == 0 ? depth : depth * depth }
  }

  /// Weighted least squares. A trace of a penalty on everything but the mean gives roles of which
  /// nothing is known the mean.
  private func fit(_ rows: [[Double]], _ values: [Double], weights: [Double]) -> [Double] {
    let count = rows[0].count
    var system = [[Double]](repeating: [Double](repeating: 0, count: count + 1), count: count)
    for (row, (value, weight)) in zip(rows, zip(values, weights)) {
      for i in 0..<count {
        for j in 0..<count { system[i][j] += weight * row[i] * row[j] }
        system[i][count] += weight * row[i] * value
      }
    }
    let penalty = 1e-6 * weights.reduce(0, +)
    for i in 1..<count { system[i][i] += penalty }
    return solved(system)
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

/// Gaussian elimination of a positive definite system with its right side as last column.
private func solved(_ system: [[Double]]) -> [Double] {
  var system = system
  let count = system.count
  for pivot in 0..<count {
    for row in pivot + 1..<count {
      let factor = system[row][pivot] / system[pivot][pivot]
      for column in pivot...count { system[row][column] -= factor * system[pivot][column] }
    }
  }
  var result = [Double](repeating: 0, count: count)
  for row in (0..<count).reversed() {
    let rest = (row + 1..<count).reduce(system[row][count]) { $0 - system[row][$1] * result[$1] }
    result[row] = rest / system[row][row]
  }
  return result
}
