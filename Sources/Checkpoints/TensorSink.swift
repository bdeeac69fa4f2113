import Foundation

/// Something that takes the contents of announced tensors, in any order and from any thread.
package protocol TensorSink: Sendable {
  /// What was announced under a name.
  func description(of name: String) throws -> TensorDescription

  /// Writes a part of a tensor's content, at a place counted from its beginning. Parts must not
  /// overlap.
  func write(_ name: String, _ bytes: UnsafeRawBufferPointer, atByte offset: Int) throws
}

extension TensorSink {
  /// Writes a tensor's content.
  package func write(_ name: String, _ bytes: UnsafeRawBufferPointer) throws {
    let expected = try description(of: name).byteCount
    guard bytes.count == expected else {
      throw CheckpointError.wrongByteCount(tensor: name, expected: expected, found: bytes.count)
    }
    try write(name, bytes, atByte: 0)
  }

  /// Writes a tensor's content, the elements as they are in memory.
  package func write<Element: BitwiseCopyable>(_ name: String, _ elements: [Element]) throws {
    try elements.withUnsafeBytes { try write(name, $0) }
  }

  /// Writes a tensor's content.
  package func write(_ name: String, _ content: Data) throws {
    try content.withUnsafeBytes { try write(name, $0) }
  }

  /// Writes the values of a floating-point tensor, rounded to its type.
  package func write(_ name: String, floats values: [Float]) throws {
    let codes = try description(of: name).encoded(values)
    try codes.withUnsafeBytes { try write(name, $0) }
  }

  /// Writes whole rows of a floating-point tensor, rounded to its type: a tensor larger than
  /// memory arrives piece by piece.
  package func write(_ name: String, floats values: [Float], fromRow row: Int) throws {
    let description = try description(of: name)
    let rowBytes = description.rowElementCount * description.dtype.bitWidth / 8
    let codes = try description.encoded(values, firstElement: row * description.rowElementCount)
    try codes.withUnsafeBytes { try write(name, $0, atByte: row * rowBytes) }
  }
}
