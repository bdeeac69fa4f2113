/// The mean of N / D without the top and the bottom tenth, averaged over bootstraps: the trimming
/// keeps outliers out, the bootstraps make the estimate change smoothly where a row stands at the
/// edge of a tenth.
///
/// Units (documents, or rows) are drawn with replacement, the same for all layers and options. A
/// tenth is of the weight, so a row can be left out in part. A single outlier comes up so often that
/// it fills more than a tenth in a few resamples of a thousand: its influence is bounded by that, and
/// not by the trimming alone.
struct TrimmedBootstrap: RowEstimator {
  private static let resamples = 200
  private static let share = 0.1
  /// Any will do, as long as it is always the same.
  private static let seed: UInt64 = 0x7472_696d

  /// How often each row counts in each resample.
  private let weights: [Double]  // (resamples, rows)
  /// What the rows of each resample count for together.
  private let totals: [Double]
  private let width: Int

  init(_ rows: CountedRows) {
    let resampled = (0..<Self.resamples).map { resample in
      let draws = rows.drawnUnits(seed: Self.seed, stream: resample)
      return zip(rows.units, rows.weights).map { Double(draws[$0]) * $1 }
    }
    width = rows.rows.count
    weights = resampled.flatMap(\.self)
    totals = resampled.map { $0.reduce(0, +) }
  }

  func estimate(_ rows: [RowError]) -> Double {
    let sorted = rows.sorted { ($0.ratio, $0.place) < ($1.ratio, $1.place) }
    let ratios = sorted.map(\.ratio)
    let places = sorted.map(\.place)
    let isWhole = rows.count == width
    var (sum, means) = (0.0, 0)
    for resample in 0..<Self.resamples {
      let start = resample * width
      let total =
        isWhole ? totals[resample] : places.reduce(0) { $0 + weights[start + $1] }
      guard total > 0 else { continue }
      let (low, high) = (Self.share * total, (1 - Self.share) * total)
      var (reached, kept, part) = (0.0, 0.0, 0.0)
      for index in places.indices {
        let next = reached + weights[start + places[index]]
        let inside = max(0, min(next, high) - max(reached, low))
        kept += inside * ratios[index]
        part += inside
        reached = next
      }
      sum += kept / part
      means += 1
    }
    return means == 0 ? 0 : sum / Double(means)
  }

  /// Those of the trimmed mean itself: beyond the edges a row has the influence of the edge.
  func influences(_ rows: [RowError], on estimate: Double) -> [Double] {
    let sorted = rows.sorted { $0.ratio < $1.ratio }
    let total = rows.reduce(0) { $0 + $1.weight }
    func edge(_ share: Double) -> Double {
      var reached = 0.0
      return sorted.first {
        reached += $0.weight
        return reached >= share * total
      }?.ratio ?? sorted[sorted.count - 1].ratio
    }
    let limits = edge(Self.share)...edge(1 - Self.share)
    func clamped(_ row: RowError) -> Double {
      min(max(row.ratio, limits.lowerBound), limits.upperBound)
    }
    let mean = rows.mean(clamped)
    return rows.map { (clamped($0) - mean) / ((1 - 2 * Self.share) * estimate) }
  }
}
