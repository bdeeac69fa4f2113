import ByteJSON
import Foundation
import Testing

func parse(_ text: String) throws -> JSONValue { try JSONValue.parse(Data(text.utf8)) }

@Suite("The JSON parser")
struct JSONParserTests {
  @Test("reads every kind of value")
  func readsEveryKind() throws {
    let value = try parse(
      """
      \t{"a": [1, -2.5, 1e3, true, false, null], "b": {"c": "text"}, "": [] }\r\n
      """)
    #expect(
      value["a"]
        == .array([.integer(1), .number(-2.5), .number(1000), .bool(true), .bool(false), .null]))
    #expect(value["b"]?["c"]?.text == "text")
    #expect(value[""] == .array([]))
    #expect(value["missing"] == nil)
    #expect(value.object?.keys.map(\.text) == ["a", "b", ""])
  }

  @Test(
    "reads numbers as the grammar has them",
    arguments: [
      ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("42", .integer(42)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("-1.5E+2", .number(-150)),
      ("0.1", .number(0.1)), ("1e-2", .number(0.01)), ("5e-324", .number(.leastNonzeroMagnitude)),
    ])
  func readsNumbers(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(
    "refuses what is no number",
    arguments: [
      "01", "-01", "1.", ".5", "-", "+1", "1e", "1e+", "0x10", "1_000", "--1", "1.e5", "1e999",
      "NaN", "Infinity", "-Infinity", "1 2", "٣",
    ])
  func refusesNumbers(text: String) {
    #expect(throws: JSONError.self) { try parse(text) }
  }

  @Test("reads Python's non-finite numbers when asked to")
  func readsNonFinite() throws {
    let text = Data("[NaN, Infinity, -Infinity, -1]".utf8)
    let values = try JSONValue.parse(text, allowingNonFinite: true).array ?? []
    #expect(values[0].double?.isNaN == true)
    #expect(values[1...] == [.number(.infinity), .number(-.infinity), .integer(-1)])
  }

  @Test(
    "reads escapes",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""a\u00e9b""#, "a\u{E9}b"),
      (#""\uD83D\uDE00""#, "😀"), (#""\u0000""#, "\0"), (#""x\uFFFF""#, "x\u{FFFF}"),
    ])
  func readsEscapes(text: String, expected: String) throws {
    #expect(try Array((parse(text).text ?? "").utf8) == Array(expected.utf8))
  }

  @Test(
    "says what is wrong and where",
    arguments: [
      ("", JSONError.Problem.unexpectedEnd(expected: "a value"), 0, 1),
      ("[1,\n]", .unexpectedCharacter("]", expected: "a value"), 4, 2),
      ("[1 2]", .unexpectedCharacter("2", expected: "',' or ']'"), 3, 1),
      ("{\"a\" 1}", .unexpectedCharacter("1", expected: "':'"), 5, 1),
      ("{\"a\":1,}", .unexpectedCharacter("}", expected: "a key in quotes"), 7, 1),
      ("{a:1}", .unexpectedCharacter("a", expected: "a key in quotes"), 1, 1),
      ("\u{FEFF}{}", .unexpectedCharacter("\u{FEFF}", expected: "a value"), 0, 1),
      ("nul", .unexpectedCharacter("n", expected: "a value"), 0, 1),
      ("{} x", .trailingContent, 3, 1), ("\"\n\"", .controlCharacter(10), 1, 1),
      ("\"\0\"", .controlCharacter(0), 1, 1),
      ("\"abc", .unexpectedEnd(expected: "a closing quote"), 4, 1),
      (#""\x""#, .invalidEscape, 1, 1), (#""\u12g4""#, .invalidEscape, 1, 1),
      (#""\uD800""#, .loneSurrogate, 1, 1), (#""\uDC00\uD800""#, .loneSurrogate, 1, 1),
      (#""\uD800\u0041""#, .loneSurrogate, 1, 1), ("1e999", .numberTooLarge, 0, 1),
      ("{\"a\":1,\n\"\\u0061\":2}", .duplicateKey("a"), 0, 1),
    ])
  func saysWhatIsWrong(text: String, problem: JSONError.Problem, offset: Int, line: Int) {
    #expect(throws: JSONError(problem: problem, offset: offset, line: line)) { try parse(text) }
  }

  @Test("refuses a key that occurs twice, in small and large objects", arguments: [3, 1000])
  func refusesDuplicates(count: Int) {
    let members = (0..<count).map { "\"k\($0)\":0" } + ["\"k1\":1"]
    #expect(throws: JSONError(problem: .duplicateKey("k1"), offset: 0, line: 1)) {
      try parse("{" + members.joined(separator: ",") + "}")
    }
  }

  @Test("keeps keys that are canonically equivalent apart", arguments: [0, 1000])
  func keepsEquivalentKeysApart(others: Int) throws {
    let more = (0..<others).map { ",\"k\($0)\":0" }.joined()
    let value = try parse("{\"\u{E9}\":1,\"e\u{301}\":2\(more)}")
    #expect(value["\u{E9}"] == .integer(1))
    #expect(value["e\u{301}"] == .integer(2))
    #expect(value["E"] == nil)
  }

  @Test("refuses what nests too deeply")
  func refusesDeepNesting() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try parse(nested(256))
    #expect(throws: JSONError(problem: .tooDeep(limit: 256), offset: 256, line: 1)) {
      try parse(nested(257))
    }
    let hostile = String(repeating: "{\"a\":[", count: 100_000)
    #expect(throws: JSONError.self) { try parse(hostile) }
  }

  @Test(
    "refuses malformed UTF-8",
    arguments: [
      [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xFF], [0xE2, 0x82], [0xC3],
    ] as [[UInt8]])
  func refusesMalformedUTF8(sequence: [UInt8]) {
    let text = Array("[\"".utf8) + sequence + Array("\"]".utf8)
    #expect(throws: JSONError(problem: .invalidUTF8, offset: 2, line: 1)) {
      try JSONValue.parse(text)
    }
  }

  @Test("accepts the first and last scalar of every length of UTF-8")
  func acceptsAllLengths() throws {
    let text = "\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"
    #expect(try Array((parse("\"\(text)\"").text ?? "").utf8) == Array(text.utf8))
  }

  @Test("converts between kinds of numbers only when nothing is lost")
  func convertsNumbers() {
    #expect(JSONValue.number(3).int == 3)
    #expect(JSONValue.number(3.5).int == nil)
    #expect(JSONValue.number(1e300).int == nil)
    #expect(JSONValue.integer(3).double == 3)
    #expect(JSONValue.string("3").int == nil)
  }
}
