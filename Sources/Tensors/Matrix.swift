/// A dense matrix of floats, row by row.
package struct Matrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  package var elements: [Float]  // (rows, columns)

  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns) { $0.update(repeating: 0) }
  }

  package init(rows: Int, columns: Int, elements: [Float]) {
    precondition(elements.count == rows * columns, "elements don't fill the matrix")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix whose elements `fill` writes, all of them, into uninitialized memory.
  package init(
    rows: Int, columns: Int, filledBy fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    let count = rows * columns
    self.rows = rows
    self.columns = columns
    elements = try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      let elements = UnsafeMutableBufferPointer(rebasing: buffer[0..<count])
      LargePages.request(for: elements)
      try fill(elements)
      filled = count
    }
  }

  package subscript(row: Int, column: Int) -> Float {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// One row, (columns).
  package func row(_ index: Int) -> ArraySlice<Float> {
    elements[index * columns..<(index + 1) * columns]
  }

  /// A copy of some rows.
  package func rows(_ range: Range<Int>) -> Matrix {
    Matrix(rows: range.count, columns: columns) { target in
      elements.withUnsafeBufferPointer { source in
        let part = source[range.lowerBound * columns..<range.upperBound * columns]
        _ = target.update(fromContentsOf: part)
      }
    }
  }

  /// Replaces the rows from `start` on.
  package mutating func replaceRows(from start: Int, with other: Matrix) {
    precondition(other.columns == columns && start + other.rows <= rows)
    let columns = columns
    elements.withUnsafeMutableBufferPointer { target in
      other.elements.withUnsafeBufferPointer { source in
        _ = UnsafeMutableBufferPointer(rebasing: target[(start * columns)...])
          .update(fromContentsOf: source)
      }
    }
  }

  /// So many columns, or a few more: rows that lie multiples of 4096 bytes apart evict each other
  /// from the cache.
  package static func paddedColumns(_ columns: Int) -> Int {
    columns > 0 && columns % 1024 == 0 ? columns + 16 : columns
  }

  /// These matrices one below the other.
  package static func stacked(_ parts: [Matrix]) -> Matrix {
    let columns = parts.first?.columns ?? 0
    var elements: [Float] = []
    elements.reserveCapacity(parts.reduce(0) { $0 + $1.elements.count })
    for part in parts {
      precondition(part.columns == columns)
      elements += part.elements
    }
    return Matrix(rows: parts.reduce(0) { $0 + $1.rows }, columns: columns, elements: elements)
  }

  package static func + (left: Matrix, right: Matrix) -> Matrix {
    var sum = left
    sum += right
    return sum
  }

  package static func - (left: Matrix, right: Matrix) -> Matrix {
    var difference = left
    difference -= right
    return difference
  }
}
