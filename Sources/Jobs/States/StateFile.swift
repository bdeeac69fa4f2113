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
  /// SHA-256, in hexadecimal, of every row that was written.
  private let written: Mutex<[String?]>

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
    written = Mutex([String?](repeating: nil, count: tokenCounts.count))
  }

  /// Whether a row has been written.
  func has(_ row: Int) -> Bool { written.withLock { $0[row] != nil } }

  /// The digests of all rows; nil if one is missing.
  var digests: [String]? {
    written.withLock { $0.contains(nil) ? nil : $0.compactMap(\.self) }
  }

  /// Writes a row's matrix.
  func write(_ matrix: Matrix, row: Int) throws {
    precondition(matrix.rows == tokenCounts[row] && matrix.columns == width)
    let digest = try matrix.elements.withUnsafeBytes { bytes in
      try file.write(bytes, at: offsets[row])
      return Self.digest(bytes)
    }
    written.withLock { $0[row] = digest }
  }

  /// A row's matrix.
  func matrix(_ row: Int) throws -> Matrix {
    try Matrix(rows: tokenCounts[row], columns: width) {
      try file.read(into: UnsafeMutableRawBufferPointer($0), at: offsets[row])
    }
  }

  /// Whether the file holds what these digests were taken of.
  func isIntact(_ digests: [String]) throws -> Bool {
    guard digests.count == tokenCounts.count else { return false }
    let equal = try parallelMap(digests.count) { row in
      guard let matrix = try? self.matrix(row) else { return false }
      return matrix.elements.withUnsafeBytes { Self.digest($0) } == digests[row]
    }
    written.withLock { $0 = digests }
    return equal.allSatisfy(\.self)
  }

  private static func digest(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hash.finalize().hexadecimal
  }
}
