/// The offset of the first byte that makes `bytes` invalid UTF-8 (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF), nil when there is none.
package func firstInvalidUTF8(in bytes: UnsafeRawBufferPointer) -> Int? {
  var i = 0
  while i < bytes.count {
    if bytes[i] < 0x80 {
      i = endOfASCII(in: bytes, from: i)
      continue
    }
    guard let length = scalarLength(in: bytes, at: i) else { return i }
    i += length
  }
  return nil
}

/// Skips ASCII eight bytes at a time, since most documents are little else.
private func endOfASCII(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
  var i = start
  while i + 8 <= bytes.count,
    bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
  {
    i += 8
  }
  while i < bytes.count, bytes[i] < 0x80 { i += 1 }
  return i
}

/// The length of the sequence of two to four bytes at `i`, nil when it is malformed.
private func scalarLength(in bytes: UnsafeRawBufferPointer, at i: Int) -> Int? {
  let length: Int
  // The second byte's range is what excludes overlong forms, surrogates and too large values.
  var second: ClosedRange<UInt8> = 0x80...0xBF
  switch bytes[i] {
  case 0xC2...0xDF: length = 2
  case 0xE0: (length, second) = (3, 0xA0...0xBF)
  case 0xED: (length, second) = (3, 0x80...0x9F)
  case 0xE1...0xEF: length = 3
  case 0xF0: (length, second) = (4, 0x90...0xBF)
  case 0xF4: (length, second) = (4, 0x80...0x8F)
  case 0xF1...0xF3: length = 4
  default: return nil
  }
  guard i + length <= bytes.count, second.contains(bytes[i + 1]) else { return nil }
  for k in 2..<max(length, 2) where bytes[i + k] & 0xC0 != 0x80 { return nil }
  return length
}
