import Models
import Tensors

/// A layer's weights changed in one way, for a look at what that does.
struct LayerSwap: Sendable {
  let linear: Linear
  let change: Change
  /// The changed weights, (in, out).
  private(set) var weights: Matrix
  /// The squared error of the layer's output, per compared row; nil where the measurement knows.
  let errors: [Float]?

  enum Change: Sendable, Equatable {
    /// By its name in the measurement.
    case option(String)
    /// Relative to the norm of the weights.
    case noise(Double)
  }

  init(_ linear: Linear, _ change: Change, weights: Matrix, errors: [Float]? = nil) {
    self.linear = linear
    self.change = change
    self.weights = weights
    self.errors = errors
  }

  /// The same when its weights have done their work.
  var withoutWeights: LayerSwap {
    var swap = self
    swap.weights = Matrix(rows: 0, columns: 0)
    return swap
  }
}

/// What a change of a layer's weights did, as it is kept until all layers are done.
struct SwapRecord: Codable, Equatable, Sendable {
  /// The layer's name.
  let layer: String
  /// Nil for noise.
  let option: String?
  /// Nil for an option.
  let noise: Double?
  /// As in `LayerSwap`.
  let errors: [Float]?
  /// Sums of the KL divergences, in nats, per compared row.
  let divergences: [Double]

  init(_ swap: LayerSwap, divergences: [Double]) {
    layer = swap.linear.name
    switch swap.change {
    case .option(let name): (option, noise) = (name, nil)
    case .noise(let size): (option, noise) = (nil, size)
    }
    errors = swap.errors
    self.divergences = divergences
  }
}
