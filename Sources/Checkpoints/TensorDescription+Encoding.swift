import Tensors

extension TensorDescription {
  /// Values as they are stored, rounded to the tensor's type. A value that is not finite, or no
  /// longer after rounding, is an error, as it is on reading; `firstElement` says where in the
  /// tensor the values begin.
  func encoded(_ values: [Float], firstElement: Int = 0) throws -> [UInt8] {
    switch dtype {
    case .f32:
      try check(values, firstElement) { $0.isFinite }
      return values.withUnsafeBytes { Array($0) }
    case .f16:
      // Everything from the middle between the largest number and the next power of two.
      try check(values, firstElement) { abs($0) < 65520 }
      return NumberFormat.binary16(values).withUnsafeBytes { Array($0) }
    case .bf16:
      try check(values, firstElement) { $0.bitPattern & 0x7FFF_FFFF < 0x7F7F_8000 }
      return NumberFormat.bfloat16(values).withUnsafeBytes { Array($0) }
    default:
      throw CheckpointError.unexpectedType(tensor: name, expected: "F32, F16 or BF16", found: dtype)
    }
  }

  private func check(
    _ values: [Float], _ firstElement: Int, _ isRepresentable: (Float) -> Bool
  ) throws {
    guard let index = values.firstIndex(where: { !isRepresentable($0) }) else { return }
    throw CheckpointError.notRepresentable(
      tensor: name, index: firstElement + index, value: "\(values[index])", as: dtype.rawValue)
  }
}
