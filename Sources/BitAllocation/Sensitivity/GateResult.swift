import Foundation

/// How well predictions agree with what was measured.
package struct GateResult: Codable, Equatable, Sendable {
  /// Whether they are in the same order: Spearman's rank correlation.
  package var rankCorrelation: Double
  /// The least ratio of measured to predicted, after one rising correction of all predictions.
  package var lowestRatio: Double
  /// The largest.
  package var highestRatio: Double
  /// The standard deviation of log measured around a straight line over log predicted: about the
  /// share by which a prediction is off. Unlike the ratios, which a correction through most points
  /// makes small, it tells good predictions from better ones.
  package var spread: Double
  /// Whether an allocation can be trusted to them.
  package var hasPassed: Bool

  /// What the correlation must reach.
  package static let leastCorrelation = 0.95
  /// What ratios must lie in.
  package static let ratios = 0.7...1.4

  /// Compares predictions with measured values; there must be one at least.
  package init(predicted: [Double], measured: [Double]) {
    precondition(predicted.count == measured.count && !predicted.isEmpty)
    rankCorrelation = spearman(predicted, measured)
    let corrected = isotonic(measured, over: predicted)
    let ratios = zip(measured, corrected).map { $1 == 0 ? 1 : $0 / $1 }
    (lowestRatio, highestRatio) = (ratios.min()!, ratios.max()!)
    spread = residualDeviation(measured, over: predicted)
    hasPassed =
      rankCorrelation >= Self.leastCorrelation && Self.ratios.contains(lowestRatio)
      && Self.ratios.contains(highestRatio)
  }

  private enum CodingKeys: String, CodingKey {
    case spread
    case rankCorrelation = "rank_correlation"
    case lowestRatio = "lowest_ratio"
    case highestRatio = "highest_ratio"
    case hasPassed = "passed"
  }
}

/// The correlation of the ranks, 0 where either has no order. Equals have the mean of their ranks.
package func spearman(_ x: [Double], _ y: [Double]) -> Double {
  correlation(ranks(x), ranks(y)).value
}

/// Where each value stands among all, from 1; equals share the mean of their places.
package func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
    start = end
  }
  return ranks
}

/// The rising function of `x` that is nearest to `y` in the mean of squares, at each `x`; equal `x`
/// have equal values.
///
/// Pool adjacent violators (Barlow et al., "Statistical Inference under Order Restrictions", 1972).
package func isotonic(_ y: [Double], over x: [Double]) -> [Double] {
  precondition(x.count == y.count)
  let order = x.indices.sorted { x[$0] < x[$1] }
  var pools: [(sum: Double, members: [Int])] = []
  for index in order {
    if let last = pools.last, x[last.members[0]] == x[index] {
      pools[pools.count - 1].sum += y[index]
      pools[pools.count - 1].members.append(index)
    } else {
      pools.append((y[index], [index]))
    }
  }
  var merged: [(sum: Double, members: [Int])] = []
  for pool in pools {
    merged.append(pool)
    while merged.count > 1 {
      let (last, before) = (merged[merged.count - 1], merged[merged.count - 2])
      guard
        last.sum / Double(last.members.count) <= before.sum / Double(before.members.count)
      else { break }
      merged.removeLast()
      merged[merged.count - 1] = (before.sum + last.sum, before.members + last.members)
    }
  }
  var result = [Double](repeating: 0, count: y.count)
  for pool in merged {
    for index in pool.members { result[index] = pool.sum / Double(pool.members.count) }
  }
  return result
}

/// The standard deviation of log y around its regression on log x. Zeros are left out.
private func residualDeviation(_ y: [Double], over x: [Double]) -> Double {
  let pairs = zip(x, y).filter { $0.0 > 0 && $0.1 > 0 }
  guard pairs.count > 2 else { return 0 }
  let (value, variance) = correlation(pairs.map { log($0.0) }, pairs.map { log($0.1) })
  let unexplained = max(0, 1 - value * value) * variance
  return (unexplained / Double(pairs.count - 2)).squareRoot()
}

/// Pearson's correlation, and the sum of squares of `y`.
private func correlation(_ x: [Double], _ y: [Double]) -> (value: Double, squares: Double) {
  let count = Double(x.count)
  let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (x, y) in zip(x, y) {
    xx += (x - meanX) * (x - meanX)
    yy += (y - meanY) * (y - meanY)
    xy += (x - meanX) * (y - meanY)
  }
  return (xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0, yy)
}
