/// How much of an allocation would have been the same, had other documents been measured, and what
/// the difference would have cost.
package struct StabilityReport: Equatable, Sendable {
  /// In the order of the measurement.
  package var layers: [Layer]
  /// By how much the shipped allocation's error exceeds the least possible, as shares of it.
  package var regret: Regret
  /// How often was drawn and chosen again.
  package var bootstraps: Int
  /// How many things each bootstrap drew.
  package var units: Int
  /// Whether these were documents; else they were rows, as there are too few documents.
  package var drewDocuments: Bool

  /// One layer.
  package struct Layer: Equatable, Sendable, Encodable {
    package var name: String
    /// What the shipped allocation gives it.
    package var option: String
    /// The share of the bootstraps that give it the same.
    package var kept: Double
    /// What others give it, the most frequent first, a few at most.
    package var others: [Other]

    package struct Other: Equatable, Sendable, Encodable {
      package var option: String
      /// Of all bootstraps.
      package var share: Double
    }
  }

  package struct Regret: Equatable, Sendable, Encodable {
    package var mean: Double
    package var median: Double
    /// 95 % of the bootstraps have at most this.
    package var percentile95: Double

    private enum CodingKeys: String, CodingKey {
      case mean, median
      case percentile95 = "percentile_95"
    }
  }

  /// How many other options are named.
  private static let mostOthers = 3

  /// Sums up at least one run of a study, in any order.
  package init(_ runs: [StabilityStudy.Run], of study: StabilityStudy) {
    precondition(!runs.isEmpty)
    bootstraps = runs.count
    units = study.resampler.units
    drewDocuments = study.resampler.drawsDocuments
    regret = Regret(runs.map(\.regret))
    layers = study.names.enumerated().map { index, name in
      let shipped = study.options[index]
      let counts = runs.reduce(into: [:]) { $0[$1.options[index], default: 0] += 1 }
      func share(_ count: Int) -> Double { Double(count) / Double(runs.count) }
      let others = counts.filter { $0.key != shipped }
        .sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
      return Layer(
        name: name, option: shipped, kept: share(counts[shipped] ?? 0),
        others: others.prefix(Self.mostOthers).map {
          .init(option: $0.key, share: share($0.value))
        })
    }
  }
}

extension StabilityReport.Regret {
  fileprivate init(_ values: [Double]) {
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      sorted[min(Int((share * Double(sorted.count)).rounded(.up)), sorted.count) - 1]
    }
    // Sorted, so that the sum doesn't depend on the order of the runs.
    mean = sorted.reduce(0, +) / Double(sorted.count)
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    percentile95 = quantile(0.95)
  }
}
