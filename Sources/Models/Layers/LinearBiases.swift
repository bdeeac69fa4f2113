import Foundation
import Tensors

/// ALiBi: scores grow with the position of the key, by a slope per head.
///
/// Press, Smith and Lewis, "Train short, test long", 2022, arXiv:2108.12409. As Falcon does it, the
/// bias is scaled like the product of query and key, and slopes, positions and their products are
/// rounded to bfloat16.
package struct LinearBiases: Sendable, Hashable {
  private let slopes: [Float]  // (heads)

  /// The paper's slopes: powers of 2^(-8/n), n the number of heads where that is a power of two; else
  /// those of the power of two below, and then every other of those of the power above.
  package init(heads: Int) {
    var power = 1
    while power * 2 <= heads { power *= 2 }
    let steps = (0..<power).map { 8 * Double($0 + 1) / Double(power) }
    let others = (0..<heads - power).map { 4 * Double(2 * $0 + 1) / Double(power) }
    slopes = NumberFormat.roundedToBfloat16((steps + others).map { Float(exp2(-$0)) })
  }

  /// What is added to the scores of these keys, (keys).
  func values(head: Int, keys: Range<Int>, scale: Float) -> [Float] {
    let positions = NumberFormat.roundedToBfloat16(keys.map { Float($0) })
    return NumberFormat.roundedToBfloat16(positions.map { slopes[head] * $0 }).map { $0 * scale }
  }
}
