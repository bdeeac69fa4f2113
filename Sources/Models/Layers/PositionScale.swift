import Foundation

/// 1 + β · ln(1 + ⌊position / C⌋): what makes attention sharper beyond the first C positions.
///
/// As in Llama 4, after Nakanishi, "Scalable-Softmax is superior for attention", 2025,
/// arXiv:2501.19399.
package struct PositionScale: Sendable, Hashable {
  /// How much sharper it becomes.
  package let beta: Double
  /// Positions between one step and the next.
  package let period: Int

  package init(beta: Double, period: Int) { (self.beta, self.period) = (beta, period) }

  /// The factors of the first positions, (tokens).
  func values(tokens: Int) -> [Float] {
    (0..<tokens).map { Float(1 + beta * log(Double(1 + $0 / period))) }
  }
}
