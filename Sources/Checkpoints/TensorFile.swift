import Crypto
import Foundation
import Synchronization

/// A safetensors file being written: its header stands, contents arrive in any order.
final class TensorFile: Sendable {
  let layout: SafetensorsLayout
  private let path: String  // as messages show it
  private let file: OutputFile
  private let written: Mutex<[String: RangeSet<Int>]>  // bytes of the file, by tensor

  /// Begins a file. One that an earlier run began, with the same layout, is gone on with if
  /// `reusing` is true: what it has can be reclaimed.
  init(
    _ layout: SafetensorsLayout, at url: URL, shownAs path: String, reusing: Bool = false
  ) throws {
    self.layout = layout
    self.path = path
    written = Mutex(layout.places.mapValues { _ in RangeSet<Int>() })
    if reusing, let begun = try? OutputFile(reopening: url, shownAs: path),
      begun.has(layout)
    {
      file = begun
      return
    }
    file = try OutputFile(creating: url, shownAs: path)
    try layout.header.withUnsafeBytes { try file.write($0, at: 0) }
    try file.setLength(layout.byteCount)
  }

  /// Whether a tensor's content in the file has this SHA-256, in hexadecimal. If so, it counts as
  /// written.
  func reclaim(_ name: String, digest: String) throws -> Bool {
    let range = try place(of: name).range
    let pieceBytes = 16 << 20
    var hash = SHA256()
    for start in stride(from: range.lowerBound, to: range.upperBound, by: pieceBytes) {
      let count = min(pieceBytes, range.upperBound - start)
      let piece = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        try file.read(into: .init(start: buffer.baseAddress, count: count), at: start)
        filled = count
      }
      hash.update(data: piece)
    }
    guard hash.finalize().hexadecimal == digest else { return false }
    try claim(range, of: name)
    return true
  }

  /// Lets a tensor be written again.
  func forget(_ name: String) { written.withLock { $0[name] = RangeSet() } }

  /// Waits for the disk.
  func synchronize() throws { try file.synchronize() }

  func description(of name: String) throws -> TensorDescription { try place(of: name).description }

  func write(_ name: String, _ bytes: UnsafeRawBufferPointer, atByte offset: Int) throws {
    let place = try place(of: name).range
    guard offset >= 0, bytes.count <= place.count - offset else {
      throw CheckpointError.wrongByteCount(
        tensor: name, expected: place.count, found: offset + bytes.count)
    }
    let start = place.lowerBound + offset
    try claim(start..<start + bytes.count, of: name)
    try file.write(bytes, at: start)
  }

  /// Checks that every byte has arrived, and waits for the disk.
  func finish() throws {
    let missing = written.withLock { written in
      layout.names.filter { written[$0] != RangeSet(layout.places[$0]!.range) }
    }
    guard missing.isEmpty else { throw CheckpointError.incomplete(tensors: missing, path: path) }
    try file.synchronize()
  }

  private func place(of name: String) throws -> SafetensorsLayout.Place {
    guard let place = layout.places[name] else {
      throw CheckpointError.tensorNotFound(name: name, place: path)
    }
    return place
  }

  private func claim(_ range: Range<Int>, of name: String) throws {
    try written.withLock { written in
      guard written[name]!.isDisjoint(RangeSet(range)) else {
        throw CheckpointError.writtenTwice(tensor: name)
      }
      written[name]!.insert(contentsOf: range)
    }
  }
}

extension OutputFile {
  /// Whether the file begins and ends as this layout says.
  fileprivate func has(_ layout: SafetensorsLayout) -> Bool {
    guard count == layout.byteCount else { return false }
    let header = try? [UInt8](unsafeUninitializedCapacity: layout.header.count) { buffer, filled in
      try read(into: .init(start: buffer.baseAddress, count: layout.header.count), at: 0)
      filled = layout.header.count
    }
    return header == layout.header
  }
}
