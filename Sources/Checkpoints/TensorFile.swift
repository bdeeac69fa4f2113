import Foundation
import Synchronization

/// A safetensors file being written: its header stands, contents arrive in any order.
final class TensorFile: Sendable {
  let layout: SafetensorsLayout
  private let path: String  // as messages show it
  private let file: OutputFile
  private let written: Mutex<[String: RangeSet<Int>]>  // bytes of the file, by tensor

  init(_ layout: SafetensorsLayout, at url: URL, shownAs path: String) throws {
    self.layout = layout
    self.path = path
    written = Mutex(layout.places.mapValues { _ in RangeSet<Int>() })
    file = try OutputFile(creating: url, shownAs: path)
    try layout.header.withUnsafeBytes { try file.write($0, at: 0) }
    try file.setLength(layout.byteCount)
  }

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
