import CKernels

/// Columns of small whole numbers, each column one little-endian bit stream cut into 32-bit words.
///
/// A number of `bits` bits that begins at bit `i` of its column lies in word `i / 32` from bit
/// `i % 32` on; what doesn't fit goes to the lowest bits of the next word. EXL2 and GPTQ files store
/// weights this way.
package struct BitColumns: Equatable, Sendable {
  /// Words per column.
  package let rows: Int
  /// Bit streams side by side.
  package let columns: Int
  package private(set) var words: [UInt32]  // (rows, columns)

  /// Columns of zeros, `rows` words long.
  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, words: [UInt32](repeating: 0, count: rows * columns))
  }

  /// Columns from a file's words, (rows, columns).
  package init(rows: Int, columns: Int, words: [UInt32]) {
    precondition(words.count == rows * columns, "words don't fill the columns")
    self.rows = rows
    self.columns = columns
    self.words = words
  }

  /// Writes one number per column, (columns), from this bit on, where all bits must be zero still.
  package mutating func write(_ codes: [UInt8], bits: Int, at bit: Int) {
    precondition(codes.count == columns && (1...8).contains(bits))
    precondition(bit >= 0 && bit + bits <= rows * 32)
    let (row, shift) = bit.quotientAndRemainder(dividingBy: 32)
    words.withUnsafeMutableBufferPointer { words in
      guard let low = words.baseAddress.map({ $0 + row * columns }) else { return }
      ck_or_shifted(low, codes, Int32(shift), columns)
      if shift + bits > 32 {
        ck_or_shifted(low + columns, codes, Int32(shift - 32), columns)
      }
    }
  }

  /// Reads one number from each of the first columns, as many as `codes` has room for.
  package func read(into codes: UnsafeMutableBufferPointer<UInt8>, bits: Int, at bit: Int) {
    precondition(codes.count <= columns && (1...8).contains(bits))
    precondition(bit >= 0 && bit + bits <= rows * 32)
    let (row, shift) = bit.quotientAndRemainder(dividingBy: 32)
    words.withUnsafeBufferPointer { words in
      guard let low = words.baseAddress.map({ $0 + row * columns }) else { return }
      let high = shift + bits > 32 ? low + columns : low
      ck_extract(codes.baseAddress, low, high, Int32(shift), Int32(bits), codes.count)
    }
  }
}
