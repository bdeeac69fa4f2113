import Foundation

extension JSONValue {
  /// Reads a document, strictly as RFC 8259 has it: valid UTF-8, no comments, no trailing commas,
  /// and in addition no key twice in one object and no `\u` escape that is half a surrogate pair.
  ///
  /// `allowingNonFinite` accepts the `NaN`, `Infinity` and `-Infinity` that Python writes;
  /// `maximumDepth` keeps hostile input from exhausting the stack.
  package static func parse(
    _ bytes: some ContiguousBytes, allowingNonFinite: Bool = false, maximumDepth: Int = 256
  ) throws(JSONError) -> JSONValue {
    var source = bytes.withUnsafeBytes { Array($0) }
    guard source.count < UInt32.max else {
      throw JSONError(problem: .documentTooLarge, offset: 0, line: 1)
    }
    // One byte that no token contains spares the parser a bounds check at every other byte.
    source.append(0)
    return try source.withUnsafeBufferPointer { (bytes) throws(JSONError) -> JSONValue in
      var parser = JSONParser(
        source: source, bytes: UnsafeRawBufferPointer(bytes), allowsNonFinite: allowingNonFinite,
        maximumDepth: maximumDepth)
      return try parser.document()
    }
  }
}

/// A recursive-descent parser: one method per rule of the grammar.
struct JSONParser {
  let source: [UInt8]  // what unescaped strings share
  let bytes: UnsafeRawBufferPointer  // the same, and a zero at the end
  let allowsNonFinite: Bool
  let maximumDepth: Int
  var position = 0

  var end: Int { bytes.count - 1 }

  mutating func document() throws(JSONError) -> JSONValue {
    if let offset = firstInvalidUTF8(in: bytes) {
      throw error(.invalidUTF8, at: offset)
    }
    skipSpace()
    let value = try value(depth: 0)
    skipSpace()
    guard position == end else { throw error(.trailingContent) }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return try number()
    case UInt8(ascii: "t") where skip("true"): return .bool(true)
    case UInt8(ascii: "f") where skip("false"): return .bool(false)
    case UInt8(ascii: "n") where skip("null"): return .null
    case UInt8(ascii: "N") where allowsNonFinite && skip("NaN"): return .number(.nan)
    case UInt8(ascii: "I") where allowsNonFinite && skip("Infinity"): return .number(.infinity)
    default: throw unexpected(expected: "a value")
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    guard depth <= maximumDepth else { throw error(.tooDeep(limit: maximumDepth)) }
    position += 1
    skipSpace()
    var values: [JSONValue] = []
    if skip(UInt8(ascii: "]")) { return values }
    while true {
      values.append(try value(depth: depth))
      skipSpace()
      if skip(UInt8(ascii: "]")) { return values }
      guard skip(UInt8(ascii: ",")) else { throw unexpected(expected: "',' or ']'") }
      skipSpace()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    guard depth <= maximumDepth else { throw error(.tooDeep(limit: maximumDepth)) }
    let start = position
    position += 1
    skipSpace()
    var members: [JSONObject.Member] = []
    if !skip(UInt8(ascii: "}")) {
      repeat {
        skipSpace()
        members.append(try member(depth: depth))
        skipSpace()
      } while skip(UInt8(ascii: ","))
      guard skip(UInt8(ascii: "}")) else { throw unexpected(expected: "',' or '}'") }
    }
    var duplicate = 0
    guard let object = JSONObject(members, duplicate: &duplicate) else {
      throw error(.duplicateKey(members[duplicate].key.text), at: start)
    }
    return object
  }

  private mutating func member(depth: Int) throws(JSONError) -> JSONObject.Member {
    guard bytes[position] == UInt8(ascii: "\"") else {
      throw unexpected(expected: "a key in quotes")
    }
    let key = try string()
    skipSpace()
    guard skip(UInt8(ascii: ":")) else { throw unexpected(expected: "':'") }
    skipSpace()
    return .init(key: key, value: try value(depth: depth))
  }
}

// MARK: - Steps that all rules share

extension JSONParser {
  mutating func skipSpace() {
    while true {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func skip(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard position + length <= end,
      memcmp(bytes.baseAddress! + position, word.utf8Start, length) == 0
    else { return false }
    position += length
    return true
  }

  /// The error for a byte that no rule allows at the present position.
  func unexpected(expected: String) -> JSONError {
    guard position < end else { return error(.unexpectedEnd(expected: expected)) }
    let rest = String(decoding: bytes[position..<min(position + 4, end)], as: UTF8.self)
    return error(.unexpectedCharacter(rest.unicodeScalars.first!, expected: expected))
  }

  func error(_ problem: JSONError.Problem, at offset: Int? = nil) -> JSONError {
    let offset = offset ?? position
    let line = 1 + bytes[..<offset].count { $0 == UInt8(ascii: "\n") }
    return JSONError(problem: problem, offset: offset, line: line)
  }
}
