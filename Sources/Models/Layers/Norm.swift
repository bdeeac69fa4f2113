/// A normalization of every token, or of every head of a token, with a weight per feature.
///
/// Zhang and Sennrich, "Root mean square layer normalization", 2019, arXiv:1910.07467; Ba, Kiros and
/// Hinton, "Layer normalization", 2016, arXiv:1607.06450.
package struct Norm: Sendable, Hashable {
  /// What numbers are divided by.
  package enum Kind: Sendable {
    /// Their root mean square.
    case rootMeanSquare
    /// Their standard deviation, the mean being subtracted first.
    case standardDeviation
  }

  /// A tensor that holds weights or biases.
  package struct Parameter: Sendable, Hashable {
    /// The tensor's name.
    package let tensor: String
    /// (features), or (heads, features) where every head has its own.
    package let shape: [Int]
  }

  /// The norm's name in the checkpoint, such as "model.norm".
  package let name: String
  /// What it divides by.
  package let kind: Kind
  /// Features that are normalized together.
  package let width: Int
  /// How often a token has so many: 1, or its heads.
  package let repeats: Int
  /// What is added to the mean square before its root is taken.
  package let epsilon: Float
  /// What is added to the stored weights: 1 where they are stored as differences from 1.
  package let weightOffset: Float
  /// Weights of all features, or of `width` features that all heads share. None stands for ones.
  package let weights: [Parameter]
  /// The same for what is added in the end. None stands for zeros.
  package let biases: [Parameter]

  /// A norm of all of a token's features.
  package init(
    _ name: String, _ kind: Kind = .rootMeanSquare, width: Int, epsilon: Double,
    hasWeight: Bool = true, hasBias: Bool = false, weightOffset: Float = 0
  ) {
    self.init(
      name, kind, width: width, repeats: 1, epsilon: epsilon, weightOffset: weightOffset,
      weights: hasWeight ? [Parameter(tensor: "\(name).weight", shape: [width])] : [],
      biases: hasBias ? [Parameter(tensor: "\(name).bias", shape: [width])] : [])
  }

  /// A norm of every head, with weights for one head, or for each of them.
  package init(
    _ name: String, _ kind: Kind = .rootMeanSquare, headDimension: Int, heads: Int,
    epsilon: Double, weightOffset: Float = 0, weights: [Parameter]? = nil, biases: [Parameter] = []
  ) {
    self.init(
      name, kind, width: headDimension, repeats: heads, epsilon: epsilon,
      weightOffset: weightOffset,
      weights: weights ?? [Parameter(tensor: "\(name).weight", shape: [headDimension])],
      biases: biases)
  }

  private init(
    _ name: String, _ kind: Kind, width: Int, repeats: Int, epsilon: Double, weightOffset: Float,
    weights: [Parameter], biases: [Parameter]
  ) {
    self.name = name
    self.kind = kind
    self.width = width
    self.repeats = repeats
    self.epsilon = Float(epsilon)
    self.weightOffset = weightOffset
    self.weights = weights
    self.biases = biases
  }

  /// All tensors.
  package var parameters: [Parameter] { weights + biases }
}
