import ByteJSON

/// Bytes that are known to be valid UTF-8, in place.
typealias UTF8Text = UnsafeBufferPointer<UInt8>

extension UnsafeBufferPointer<UInt8> {
  /// The length of the scalar that starts with the byte at `i`.
  @inline(__always)
  func scalarLength(at i: Int) -> Int {
    switch self[i] {
    case ..<0xC0: 1
    case ..<0xE0: 2
    case ..<0xF0: 3
    default: 4
    }
  }

  /// The scalar that starts at `i`, with its length.
  @inline(__always)
  func scalar(at i: Int) -> (value: UInt32, length: Int) {
    let first = UInt32(self[i])
    func following(_ k: Int) -> UInt32 { UInt32(self[i + k] & 0x3F) }
    switch first {
    case ..<0x80: return (first, 1)
    case ..<0xE0: return ((first & 0x1F) << 6 | following(1), 2)
    case ..<0xF0: return ((first & 0x0F) << 12 | following(1) << 6 | following(2), 3)
    default:
      return (
        (first & 0x07) << 18 | following(1) << 12 | following(2) << 6 | following(3), 4
      )
    }
  }

  /// The same as Unicode's type.
  func unicodeScalar(at i: Int) -> Unicode.Scalar {
    Unicode.Scalar(scalar(at: i).value) ?? "\u{FFFD}"
  }

  /// Where the scalar before `i` starts.
  func startOfScalar(before i: Int) -> Int {
    var start = i - 1
    while self[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  @inline(__always)
  func slice(_ range: Range<Int>) -> UTF8Text { .init(rebasing: self[range]) }

  /// Whether `other` stands at `i`.
  func contains(_ other: [UInt8], at i: Int) -> Bool {
    i + other.count <= count && self[i..<i + other.count].elementsEqual(other)
  }

  /// The ranges where `pattern`, which must not be empty, occurs, from left to right.
  func occurrences(of pattern: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var i = 0
    while i + pattern.count <= count {
      if self[i] == pattern[0], contains(pattern, at: i) {
        ranges.append(i..<i + pattern.count)
        i += pattern.count
      } else {
        i += 1
      }
    }
    return ranges
  }
}

extension [UInt8] {
  /// The text with every occurrence of `pattern`, which must not be empty, replaced.
  func replacing(_ pattern: [UInt8], with content: [UInt8]) -> [UInt8] {
    withUnsafeBufferPointer { text in
      var result: [UInt8] = []
      result.reserveCapacity(count + count / 4 * content.count / pattern.count)
      var end = 0
      for range in text.occurrences(of: pattern) {
        result += text[end..<range.lowerBound]
        result += content
        end = range.upperBound
      }
      result += text[end...]
      return result
    }
  }

  /// The text that `body` writes for the scalars of this one.
  func mappingScalars(_ body: (Unicode.Scalar, _ output: inout [UInt8]) -> Void) -> [UInt8] {
    withUnsafeBufferPointer { text in
      var result: [UInt8] = []
      result.reserveCapacity(count)
      var i = 0
      while i < text.count {
        body(text.unicodeScalar(at: i), &result)
        i += text.scalarLength(at: i)
      }
      return result
    }
  }

  /// The same bytes, or with U+FFFD where they are no UTF-8, as `String` repairs them.
  func repaired() -> [UInt8] {
    guard withUnsafeBytes(firstInvalidUTF8) != nil else { return self }
    return Array(String(decoding: self, as: UTF8.self).utf8)
  }
}
