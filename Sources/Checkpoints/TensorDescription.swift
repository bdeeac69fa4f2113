/// A tensor's name, element type and shape, without its content.
package struct TensorDescription: Sendable, Hashable {
  /// The full name, such as "model.layers.0.self_attn.q_proj.weight".
  package var name: String
  /// How its elements are stored.
  package var dtype: TensorType
  /// The outermost dimension first; empty for a scalar.
  package var shape: [Int]

  package init(_ name: String, _ dtype: TensorType, _ shape: [Int]) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
  }

  /// The number of elements, 1 for a scalar.
  package var elementCount: Int { shape.reduce(1, *) }

  /// Storage of the content.
  package var byteCount: Int {
    let bits = elementCount * dtype.bitWidth
    precondition(bits % 8 == 0, "elements of less than a byte don't fill whole bytes")
    return bits / 8
  }

  /// Elements per index of the first dimension, 1 for a scalar; 0 where that dimension is 0, since
  /// the others may then be of any size.
  package var rowElementCount: Int { shape.first == 0 ? 0 : shape.dropFirst().reduce(1, *) }

  /// Storage of elements of an untrusted shape, nil when it overflows.
  static func bitCount(of dtype: TensorType, shape: [Int]) -> Int? {
    var bits = dtype.bitWidth
    for dimension in shape {
      let (product, overflow) = bits.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      bits = product
    }
    return bits
  }
}
