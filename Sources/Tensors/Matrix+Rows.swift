import CKernels

/// Some rows of a matrix, and numbers that go with rows.
extension Matrix {
  /// A copy of these rows, in this order.
  package func gathered(_ indices: [Int]) -> Matrix {
    Matrix(rows: indices.count, columns: columns) { target in
      guard columns > 0 else { return }
      elements.withUnsafeBufferPointer { source in
        for (row, index) in indices.enumerated() {
          _ = UnsafeMutableBufferPointer(rebasing: target[row * columns..<(row + 1) * columns])
            .update(fromContentsOf: source[index * columns..<(index + 1) * columns])
        }
      }
    }
  }

  /// A copy of these columns, in this order.
  package func columns(_ ranges: [Range<Int>]) -> Matrix {
    let width = ranges.reduce(0) { $0 + $1.count }
    return Matrix(rows: rows, columns: width) { target in
      elements.withUnsafeBufferPointer { source in
        var next = 0
        for row in 0..<rows {
          for range in ranges {
            let start = row * columns + range.lowerBound
            _ = UnsafeMutableBufferPointer(rebasing: target[next..<next + range.count])
              .update(fromContentsOf: source[start..<start + range.count])
            next += range.count
          }
        }
      }
    }
  }

  /// Adds the other matrix's rows to these rows, which are all different.
  package mutating func addRows(of other: Matrix, to indices: [Int]) {
    precondition(other.columns == columns && other.rows == indices.count)
    let width = columns
    elements.withUnsafeMutableBufferPointer { target in
      other.elements.withUnsafeBufferPointer { source in
        for (row, index) in indices.enumerated() {
          ck_add_scaled(
            target.baseAddress! + index * width, source.baseAddress! + row * width, 1, width)
        }
      }
    }
  }

  /// Multiplies each row with its number, (rows).
  package mutating func scaleRows(by factors: [Float]) {
    precondition(factors.count == rows)
    let width = columns
    guard width > 0 else { return }
    elements.withUnsafeMutableBufferPointer { target in
      for (row, factor) in factors.enumerated() {
        ck_scale(target.baseAddress! + row * width, factor, width)
      }
    }
  }
}
