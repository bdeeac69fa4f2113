extension TensorView {
  /// The values of a tensor of integers or Booleans.
  package func integers() throws -> [Int] {
    switch dtype {
    case .bool, .u8: elements(as: UInt8.self).map(Int.init)
    case .i8: elements(as: Int8.self).map(Int.init)
    case .i16: elements(as: Int16.self).map(Int.init)
    case .u16: elements(as: UInt16.self).map(Int.init)
    case .i32: elements(as: Int32.self).map(Int.init)
    case .u32: elements(as: UInt32.self).map(Int.init)
    case .i64: elements(as: Int64.self).map(Int.init)
    case .u64: try unsigned64()
    default:
      throw CheckpointError.unexpectedType(
        tensor: name, expected: "BOOL or an integer type", found: dtype)
    }
  }

  /// The elements of an I32 tensor, such as packed codes.
  package func int32s() throws -> [Int32] {
    try checked([.i32])
    return elements(as: Int32.self)
  }

  /// The elements of an I16 tensor.
  package func int16s() throws -> [Int16] {
    try checked([.i16])
    return elements(as: Int16.self)
  }

  /// The bits of a tensor of any 16-bit type, F16 and BF16 included.
  package func uint16s() throws -> [UInt16] {
    try checked([.i16, .u16, .f16, .bf16])
    return elements(as: UInt16.self)
  }

  private func checked(_ allowed: [TensorType]) throws {
    guard allowed.contains(dtype) else {
      let names = allowed.map(\.rawValue).joined(separator: " or ")
      throw CheckpointError.unexpectedType(tensor: name, expected: names, found: dtype)
    }
  }

  private func unsigned64() throws -> [Int] {
    try elements(as: UInt64.self).enumerated().map { index, value in
      guard let integer = Int(exactly: value) else {
        throw CheckpointError.notRepresentable(
          tensor: name, index: firstElement + index, value: "\(value)", as: "a signed integer")
      }
      return integer
    }
  }
}
