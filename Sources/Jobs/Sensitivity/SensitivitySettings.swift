import BitAllocation

/// How a model's sensitivities are found.
///
/// Layers are quantized by default and not given noise. For the demo model, allocations by these
/// coefficients lose, on held-out text, 8.1, 1.2, 9.5 and 14.9 % less KL divergence at 3, 3.5, 4
/// and 5 bits per weight than those by errors alone; by noise 2.0, -10.0, 3.3 and 14.1 %. GPTQ
/// keeps its errors away from the inputs with the most energy, noise does not: it makes the head
/// look 1.4 times as sensitive as it is and most other layers 0.6 to 0.8 times.
///
/// At 2.5 bits, close to the smallest size there is, either loses 10 % more. Gate, up and down of
/// the first block, all three near 2 bits, cost about 1.5 times what they cost one by one, also
/// while everything else has 8 bits: changing one layer at a time doesn't show that.
package struct SensitivitySettings: Sendable, Equatable, Codable {
  /// What is done to layers.
  package var method: SensitivityDocument.Method
  /// The sizes, in bits per weight, near which layers are quantized.
  package var anchors: [Double]
  /// The sizes of the noise, relative to the weights' norm.
  package var noise: [Double]
  /// How many of the measured rows are compared, at most; random tokens are never among them.
  package var rows: Int
  /// What the noise, the bootstrap and the gate's allocations depend on.
  package var seed: UInt64
  /// As in `AllocationRequest`.
  package var estimator: ErrorEstimator
  /// As in `AllocationRequest`.
  package var scale: ErrorScale
  /// Random allocations to hold the predictions against; 0 for none.
  package var gate: Int
  /// Their sizes, in bits per weight, as far as they can be reached.
  package var gateBits: ClosedRange<Double>

  package init(
    method: SensitivityDocument.Method = .anchor, anchors: [Double] = [3, 4],
    noise: [Double] = [0.02, 0.05, 0.1], rows: Int = 16, seed: UInt64 = 1,
    estimator: ErrorEstimator = .meanOfRatios, scale: ErrorScale = .residual, gate: Int = 12,
    gateBits: ClosedRange<Double> = 2.5...6
  ) {
    self.method = method
    self.anchors = anchors
    self.noise = noise
    self.rows = rows
    self.seed = seed
    self.estimator = estimator
    self.scale = scale
    self.gate = gate
    self.gateBits = gateBits
  }

  /// Indices of the compared rows: spread evenly over the texts, whose rows follow each other.
  func comparedRows(of calibration: CalibrationRows) -> [Int] {
    let texts = calibration.rows.count - calibration.randomRows
    let all = texts > 0 ? texts : calibration.rows.count
    let count = min(rows, all)
    return (0..<count).map { (2 * $0 + 1) * all / (2 * count) }
  }
}
