import Tensors

/// A norm with its weights in memory.
struct LoadedNorm: Sendable {
  private let norm: Norm
  private let weight: [Float]  // (repeats · width)
  private let bias: [Float]  // (repeats · width)

  init(_ norm: Norm, from source: any WeightSource) throws {
    self.norm = norm
    let offset = norm.weightOffset
    weight =
      try Self.values(of: norm.weights, in: norm, from: source)?.map { $0 + offset }
      ?? [Float](repeating: 1, count: norm.width * norm.repeats)
    bias =
      try Self.values(of: norm.biases, in: norm, from: source)
      ?? [Float](repeating: 0, count: norm.width * norm.repeats)
  }

  func callAsFunction(_ states: Matrix) -> Matrix {
    switch norm.kind {
    case .rootMeanSquare:
      states.rmsNormalized(weight: weight, epsilon: norm.epsilon, width: norm.width)
    case .standardDeviation:
      states.layerNormalized(
        weight: weight, bias: bias, epsilon: norm.epsilon, width: norm.width)
    }
  }

  /// The parameters one after the other, repeated where heads share them; nil if there are none.
  private static func values(
    of parameters: [Norm.Parameter], in norm: Norm, from source: any WeightSource
  ) throws -> [Float]? {
    guard !parameters.isEmpty else { return nil }
    let values = try parameters.flatMap { try source.floats($0.tensor, shape: $0.shape) }
    let repeats = norm.width * norm.repeats / values.count
    return repeats == 1 ? values : (0..<repeats).flatMap { _ in values }
  }
}
