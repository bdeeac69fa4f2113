import Tensors

/// The values that a weight may take in a group of one width: whole numbers times a scale, which
/// is one of 16 fractions of the group's maximum.
///
///     top    = binary16(maximum / 256)
///     scale  = binary16((code + 1)² · top)         code = 0 … 15
///     weight = binary16((q - zero) · scale)        q = 0 … 2^bits - 1, zero = 2^(bits-1)
///
/// Each line rounds once, and subnormal numbers are kept. Runtimes compute it this way, so a writer
/// has to round weights with these scales and no others.
package struct EXL2Grid: Sendable {
  /// The width of a code.
  package let bits: Int

  package init(bits: Int) { self.bits = bits }

  /// The number of scales a maximum stands for.
  package static let scaleCount = 16

  /// The code of weight zero.
  package var zero: Int { 1 << (bits - 1) }

  /// The weights a code can stand for, in multiples of the scale.
  package var codeRange: ClosedRange<Float> { Float(-zero)...Float(zero - 1) }

  /// The largest maximum whose weights all fit in binary16: of the codes, 0 lies farthest from zero.
  package var largestMaximum: Float { 65504 / Float(zero) }

  /// The least maximum, above zero, whose scales are not zero.
  package static let leastMaximum: Float = 0x1p-16

  /// The step at which the largest code above zero and the one below would both just reach a weight
  /// of this magnitude, on average.
  package func step(reaching magnitude: Float) -> Float {
    magnitude / (Float(2 * zero - 1) / 2)
  }

  /// The scales of the codes 0 … 15 under a maximum, which is a binary16 number.
  package static func scales(maximum: UInt16) -> [Float] {
    let maximum = NumberFormat.floats(binary16: [maximum])[0]
    let top = NumberFormat.roundedToBinary16([maximum / 256])[0]
    return NumberFormat.roundedToBinary16(
      (1...scaleCount).map { Float($0 * $0) * top })
  }
}
