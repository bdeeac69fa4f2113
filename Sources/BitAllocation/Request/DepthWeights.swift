/// What layers' errors are multiplied by, by the depth of their block.
package struct DepthWeights: Codable, Equatable, Sendable {
  /// The weights at equal distances from the first block to the last; at least two, above zero.
  /// Between them they change linearly.
  package var curve: [Double]

  /// What weights may be.
  package static let values = Double.leastNormalMagnitude...1e6

  package init(curve: [Double]) {
    precondition(curve.count >= 2)
    self.curve = curve
  }

  /// 1 + `extra` for the first block, falling linearly to 1 for the last.
  package init(first extra: Double) { curve = [1 + extra, 1] }

  /// The weight of a block, or of the head, which counts as the last.
  func weight(block: Int?, of blocks: Int) -> Double {
    guard let block, blocks > 1 else { return curve[curve.count - 1] }
    let place = Double(block) / Double(blocks - 1) * Double(curve.count - 1)
    let start = min(Int(place), curve.count - 2)
    let part = place - Double(start)
    return curve[start] * (1 - part) + curve[start + 1] * part
  }
}
