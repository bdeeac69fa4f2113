import ByteJSON

extension SafetensorsHeader.Entry {
  /// Checks one member of the header: a known type, a shape whose size is that of the offsets.
  init(name: String, _ value: JSONValue, dataStart: Int) throws(SafetensorsProblem) {
    guard let typeName = value["dtype"]?.text else {
      throw .invalidField(tensor: name, field: "dtype")
    }
    guard let dtype = TensorType(rawValue: typeName) else {
      throw .unknownType(tensor: name, dtype: typeName)
    }
    guard let shape = value["shape"].flatMap(sizes) else {
      throw .invalidField(tensor: name, field: "shape")
    }
    guard let offsets = value["data_offsets"].flatMap(sizes), offsets.count == 2,
      offsets[0] <= offsets[1], offsets[1] <= Int.max - dataStart
    else { throw .invalidField(tensor: name, field: "data_offsets") }

    guard let bits = TensorDescription.bitCount(of: dtype, shape: shape) else {
      throw .tooLarge(tensor: name)
    }
    guard bits % 8 == 0 else { throw .fractionalBytes(tensor: name) }
    guard offsets[1] - offsets[0] == bits / 8 else {
      throw .sizeMismatch(tensor: name, expected: bits / 8, found: offsets[1] - offsets[0])
    }
    description = TensorDescription(name, dtype, shape)
    range = dataStart + offsets[0]..<dataStart + offsets[1]
  }
}

/// An array of whole numbers from zero on; nil for anything else, also for `3.0`.
private func sizes(_ value: JSONValue) -> [Int]? {
  guard let array = value.array else { return nil }
  var sizes: [Int] = []
  for element in array {
    guard case .integer(let size) = element, size >= 0 else { return nil }
    sizes.append(size)
  }
  return sizes
}
