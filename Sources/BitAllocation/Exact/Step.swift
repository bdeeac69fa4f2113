/// A layer's move to a point with more bits and less error.
struct Step: Equatable {
  let layer: Int
  /// The index among the layer's points.
  let target: Int
  /// Above zero.
  let bits: Int
  /// The error it saves, above zero.
  let gain: Int

  /// Whether it saves more per bit.
  func isSteeper(than other: Step) -> Bool {
    Int128(gain) * Int128(other.bits) > Int128(other.gain) * Int128(bits)
  }

  /// Whether it is taken first: the steeper, then the smaller, then the one in the earlier layer.
  func precedes(_ other: Step) -> Bool {
    let (own, others) = (Int128(gain) * Int128(other.bits), Int128(other.gain) * Int128(bits))
    return own != others
      ? own > others : (bits, layer, target) < (other.bits, other.layer, other.target)
  }

  /// What a change costs beyond what its bits would save at this step's slope.
  ///
  /// In fractions of a unit of error, as many as the step has bits: that makes it a whole number.
  func excess(bits change: Int, error: Int) -> Int128 {
    Int128(error) * Int128(bits) + Int128(gain) * Int128(change)
  }
}

extension Int128 {
  /// The nearest floating-point number, or its neighbor: the standard library's conversion is slow.
  var approximate: Double {
    let (high, low) = (Int64(truncatingIfNeeded: self >> 64), UInt64(truncatingIfNeeded: self))
    return Double(high) * 0x1p64 + Double(low)
  }
}
