import Tensors

/// Division by the root mean square, then a weight per feature.
///
/// Zhang and Sennrich, "Root mean square layer normalization", 2019, arXiv:1910.07467.
package struct RMSNorm: Sendable {
  /// The tensor that holds the weight, (width).
  package let tensor: String
  /// Features that are normalized together: all of a token.
  package let width: Int
  /// What is added to the mean square before its root is taken.
  package let epsilon: Float

  /// A norm by its name in the checkpoint, such as "model.norm".
  package init(_ name: String, width: Int, epsilon: Double) {
    tensor = "\(name).weight"
    self.width = width
    self.epsilon = Float(epsilon)
  }

  func callAsFunction(_ states: Matrix, weight: [Float]) -> Matrix {
    states.rmsNormalized(weight: weight, epsilon: epsilon)
  }
}
