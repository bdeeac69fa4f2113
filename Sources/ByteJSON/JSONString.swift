import Foundation

/// A string of a JSON document: valid UTF-8, equal to another exactly when the bytes are.
///
/// A string written without escapes shares the document's memory, which therefore lives as long
/// as any of its strings. Copy `bytes` to let go of it.
package struct JSONString: Sendable {
  private let storage: [UInt8]
  private let start: UInt32
  /// Bytes.
  package let count: UInt32

  /// The part of `storage` that `range` names; it must be valid UTF-8 below 4 GiB.
  init(_ storage: [UInt8], range: Range<Int>) {
    self.storage = storage
    start = UInt32(range.lowerBound)
    count = UInt32(range.count)
  }

  /// The string that has the bytes of `text`.
  package init(_ text: String) {
    let bytes = Array(text.utf8)
    self.init(bytes, range: 0..<bytes.count)
  }

  /// The UTF-8 bytes, copied.
  package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// The string as Swift text, whose `==` is canonical equivalence and not this type's.
  package var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// Calls `body` with the UTF-8 bytes in place.
  @inline(__always)
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
      let bytes = UnsafeRawBufferPointer(buffer)
      return try body(.init(rebasing: bytes[Int(start)..<Int(start) + Int(count)]))
    }
  }

  /// Whether the bytes are those of `text`.
  package static func == (string: JSONString, text: String) -> Bool {
    string.withUnsafeBytes { $0.elementsEqual(text.utf8) }
  }
}

extension JSONString: Hashable {
  package static func == (left: JSONString, right: JSONString) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        left.isEmpty || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
      }
    }
  }

  package func hash(into hasher: inout Hasher) {
    withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

extension JSONString: ExpressibleByStringLiteral, CustomStringConvertible {
  package init(stringLiteral text: String) { self.init(text) }
  package var description: String { text }
}
