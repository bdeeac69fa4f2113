extension JSONParser {
  /// Reads a string; the present position is at its opening quote.
  mutating func string() throws(JSONError) -> JSONString {
    let start = position + 1
    position = endOfPlainText(from: start)
    if bytes[position] == UInt8(ascii: "\"") {
      defer { position += 1 }
      return JSONString(source, range: start..<position)
    }

    var text = Array(bytes[start..<position])
    while bytes[position] != UInt8(ascii: "\"") {
      guard bytes[position] == UInt8(ascii: "\\") else {
        throw position == end
          ? error(.unexpectedEnd(expected: "a closing quote"))
          : error(.controlCharacter(bytes[position]))
      }
      try appendEscape(to: &text)
      let plain = position
      position = endOfPlainText(from: plain)
      text += bytes[plain..<position]
    }
    position += 1
    return JSONString(text, range: 0..<text.count)
  }

  /// The first quote, backslash or control character (as which the final zero counts).
  private func endOfPlainText(from start: Int) -> Int {
    var i = start
    while bytes[i] != UInt8(ascii: "\""), bytes[i] != UInt8(ascii: "\\"), bytes[i] >= 0x20 {
      i += 1
    }
    return i
  }

  private mutating func appendEscape(to text: inout [UInt8]) throws(JSONError) {
    let backslash = position
    position += 2
    switch bytes[backslash + 1] {
    case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
    case UInt8(ascii: "r"): text.append(UInt8(ascii: "\r"))
    case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
    case UInt8(ascii: "u"): text += UTF8.encode(try escapedScalar(from: backslash))!
    default:
      throw backslash + 1 == end
        ? error(.unexpectedEnd(expected: "an escape"), at: end)
        : error(.invalidEscape, at: backslash)
    }
  }

  /// The character of `\uXXXX` or of a pair of them; the present position is after the `u`.
  private mutating func escapedScalar(from backslash: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try hexDigits(from: backslash)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard UTF16.isLeadSurrogate(UInt16(first)), skip("\\u") else {
      throw error(.loneSurrogate, at: backslash)
    }
    let second = try hexDigits(from: position - 2)
    guard UTF16.isTrailSurrogate(UInt16(second)) else {
      throw error(.loneSurrogate, at: backslash)
    }
    return Unicode.Scalar(0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF))!
  }

  private mutating func hexDigits(from backslash: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < end else { throw error(.unexpectedEnd(expected: "an escape")) }
      let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      guard let digit, bytes[position] < 0x80 else { throw error(.invalidEscape, at: backslash) }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
