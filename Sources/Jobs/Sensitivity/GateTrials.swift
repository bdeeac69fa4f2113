import BitAllocation
import Formats
import Tensors

/// Random allocations over a range of sizes, whose predicted loss is held against the measured one.
struct GateTrials {
  private let documents: [AllocationDocument]

  /// As many as the settings ask for, at equal distances over what can be reached of the range.
  init(_ measurement: BitAllocation.Measurement, _ settings: SensitivitySettings) throws {
    let (wanted, reachable) = (settings.gateBits, measurement.reachableBitsPerWeight)
    let range = wanted.overlaps(reachable) ? wanted.clamped(to: reachable) : reachable
    documents = try (0..<settings.gate).map { index in
      let part = settings.gate > 1 ? Double(index) / Double(settings.gate - 1) : 0.5
      let bits = range.lowerBound + part * (range.upperBound - range.lowerBound)
      return try AllocationDocument(
        measurement,
        AllocationRequest(
          // At the end of the range rounding must not lead out of it.
          .bitsPerWeight(min(max(bits, range.lowerBound), range.upperBound)),
          estimator: settings.estimator, scale: settings.scale),
        by: RandomStrategy(seed: settings.seed &* 1_000_003 &+ UInt64(index)))
    }
  }

  /// The units' names.
  var names: [String] { documents.indices.map { "allocation \($0 + 1) of \(documents.count)" } }

  /// Measures every allocation on some windows, and compares; nil if there is none.
  func run(
    _ opened: OpenedModel, rows: CalibrationRows, windows: [[Int32]], unscored: Int32?,
    coefficients: [String: Double], in directory: JobDirectory, observer: JobObserver
  ) throws -> LinearityGate? {
    var kept = KeptScores(in: directory) {
      try AllocationEvaluation(
        opened, rows: rows, windows: windows, unscored: unscored, observer: { _ in })
    }
    let trials = try zip(names, documents).map { name, document in
      let size = document.bitsPerWeight.formatted(digits: 3)
      let scores = try kept.scores(
        of: document, unit: name, name: name, observer: observer,
        note: { "KL \(max(0, $0).formatted(digits: 2)) at \(size) bpw" })
      return LinearityGate.Trial(document, coefficients: coefficients, scores: scores)
    }
    return trials.isEmpty ? nil : LinearityGate(trials)
  }
}

extension LinearityGate.Trial {
  fileprivate init(
    _ document: AllocationDocument, coefficients: [String: Double], scores: [WindowScore]
  ) {
    self.init(
      bitsPerWeight: document.bitsPerWeight,
      predicted: document.layers.reduce(0) { $0 + (coefficients[$1.name] ?? 1) * $1.error },
      error: document.predictedError,
      divergence: max(0, scores.divergence))
  }
}
