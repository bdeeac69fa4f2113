extension JSONParser {
  /// Reads a number; the present position is at its sign or first digit.
  mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    let isNegative = skip(UInt8(ascii: "-"))
    if isNegative, allowsNonFinite, skip("Infinity") { return .number(-.infinity) }

    let first = position
    try skipDigits(of: start)
    guard bytes[first] != UInt8(ascii: "0") || position == first + 1 else {
      throw error(.invalidNumber, at: start)
    }
    var isWhole = true
    if skip(UInt8(ascii: ".")) {
      isWhole = false
      try skipDigits(of: start)
    }
    if bytes[position] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try skipDigits(of: start)
    }
    if isWhole, let integer = integer(first..<position, isNegative: isNegative) {
      return .integer(integer)
    }
    // Swift reads the shortest and the longest spelling alike, rounds correctly, and knows no
    // locale.
    let value = Double(String(decoding: bytes[start..<position], as: UTF8.self))
    guard let value, value.isFinite else { throw error(.numberTooLarge, at: start) }
    return .number(value)
  }

  private mutating func skipDigits(of start: Int) throws(JSONError) {
    let first = position
    while isDigit(bytes[position]) { position += 1 }
    guard position == first else { return }
    throw position == end
      ? error(.unexpectedEnd(expected: "a digit")) : error(.invalidNumber, at: start)
  }

  /// The value of digits, nil when it does not fit.
  private func integer(_ digits: Range<Int>, isNegative: Bool) -> Int? {
    var value = 0
    for byte in bytes[digits] {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let digit = Int(byte - UInt8(ascii: "0"))
      // Counts downwards for negative numbers, because `Int.min` has no positive twin.
      let (sum, overflows) =
        isNegative
        ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      guard !overflow, !overflows else { return nil }
      value = sum
    }
    return value
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }
}
