import Checkpoints
import Crypto
import Foundation
import Synchronization
import Tensors

/// A matrix, (tokens, width), per row of tokens, in a file, one after the other, as they are in
/// memory.
final class StateFile: Sendable {
  /// Tokens of each row.
  let tokenCounts: [Int]
  let width: Int
  let file: ScratchFile
  private let offsets: [Int]
  private let written: Mutex<[Bool]>  // by row

  /// An empty file, for rows of so many tokens each.
  init(_ file: ScratchFile, tokenCounts: [Int], width: Int) {
    self.file = file
    self.tokenCounts = tokenCounts
    self.width = width
    var end = 0
    offsets = tokenCounts.map { count in
      defer { end += count * width * MemoryLayout<Float>.size }
      return end
    }
    written = Mutex([Bool](repeating: false, count: tokenCounts.count))
  }

  /// Whether a row has been written.
  func has(_ row: Int) -> Bool { written.withLock { $0[row] } }

  /// Writes a row's matrix.
  func write(_ matrix: Matrix, row: Int) throws {
    precondition(matrix.rows == tokenCounts[row] && matrix.columns == width)
    try matrix.elements.withUnsafeBytes { try file.write($0, at: offsets[row]) }
    written.withLock { $0[row] = true }
  }

  /// A row's matrix.
  func matrix(_ row: Int) throws -> Matrix {
    try Matrix(rows: tokenCounts[row], columns: width) {
      try file.read(into: UnsafeMutableRawBufferPointer($0), at: offsets[row])
    }
  }

  /// SHA-256, in hexadecimal, of every row.
  func digests() throws -> [String] {
    try parallelMap(tokenCounts.count) { row in
      try matrix(row).elements.withUnsafeBytes { SHA256.hexadecimal(of: $0) }
    }
  }
}
