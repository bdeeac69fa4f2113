import Tensors

extension TensorView {
  /// Elements converted at a time: their 16-bit codes and floats stay in a core's cache.
  private static let chunkElements = 1 << 15

  /// The values of a tensor of F32, F16, BF16 or F64. A NaN or an infinity is an error: no weight
  /// of a working model is one, and it would spoil everything computed with it.
  package func floats() throws -> [Float] {
    let count = description.elementCount
    return try [Float](unsafeUninitializedCapacity: count) { target, filled in
      try read(into: UnsafeMutableBufferPointer(rebasing: target[0..<count]))
      filled = count
    }
  }

  /// The values as a matrix of the last dimension's width: a stack of matrices becomes one.
  package func matrix() throws -> Matrix {
    let (rows, columns) = matrixShape
    return try Matrix(rows: rows, columns: columns) { try read(into: $0) }
  }

  /// The matrix transposed, (out, in) → (in, out), converted and turned band by band, so that
  /// there is never a second copy.
  package func transposedMatrix() throws -> Matrix {
    /// Rows turned at a time: of every column they make two cache lines of the result, and what
    /// they are converted to stays in a core's cache.
    let band = 32
    let (rows, columns) = matrixShape
    defer { release() }
    return try Matrix(rows: columns, columns: rows) { target in
      nonisolated(unsafe) let target = target
      _ = try parallelMap((rows + band - 1) / band) { index in
        let top = index * band
        let height = min(band, rows - top)
        let values = try floats(top * columns..<(top + height) * columns)
        values.withUnsafeBufferPointer { source in
          for column in 0..<columns {
            for row in 0..<height {
              target[column * rows + top + row] = source[row * columns + column]
            }
          }
        }
      }
    }
  }

  private var matrixShape: (rows: Int, columns: Int) {
    (shape.dropLast().reduce(1, *), shape.last ?? 1)
  }

  private func read(into target: UnsafeMutableBufferPointer<Float>) throws {
    nonisolated(unsafe) let target = target
    let step = Self.chunkElements
    defer { if target.count > step { release() } }
    _ = try parallelMap((target.count + step - 1) / step) { index in
      let range = index * step..<min((index + 1) * step, target.count)
      _ = UnsafeMutableBufferPointer(rebasing: target[range])
        .update(fromContentsOf: try floats(range))
    }
  }

  /// Some of the values, checked.
  private func floats(_ range: Range<Int>) throws -> [Float] {
    let values: [Float]
    switch dtype {
    case .f32: values = elements(range, as: Float.self)
    case .f16: values = NumberFormat.floats(binary16: elements(range, as: UInt16.self))
    case .bf16: values = NumberFormat.floats(bfloat16: elements(range, as: UInt16.self))
    case .f64: values = elements(range, as: Double.self).map(Float.init)
    default:
      throw CheckpointError.unexpectedType(
        tensor: name, expected: "F32, F16, BF16 or F64", found: dtype)
    }
    guard Matrix(rows: 1, columns: values.count, elements: values).isFinite else {
      let index = values.firstIndex { !$0.isFinite }!
      throw CheckpointError.notFinite(
        tensor: name, index: firstElement + range.lowerBound + index, value: "\(values[index])",
        file: file.path)
    }
    return values
  }
}
