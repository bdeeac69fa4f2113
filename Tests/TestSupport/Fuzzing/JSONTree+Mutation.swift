import Tensors

extension JSONTree {
  /// One change to one value, key or element; parts of `other` may come in.
  mutating func mutate(taking other: JSONTree, _ random: inout SeededGenerator) {
    var place = random.next(below: count)
    var generator = random
    edit(&place) { $0.change(taking: other, &generator) }
    random = generator
  }

  private mutating func change(taking other: JSONTree, _ random: inout SeededGenerator) {
    switch random.next(below: 16) {
    case 0: self = .leaf(Self.values[random.next(below: Self.values.count)])
    case 1: self = other[random.next(below: other.count)]
    case 2: self = .array([self])
    case 3: self = nested(depth: [2, 20, 300, 3000][random.next(below: 4)])
    case 4: self = .leaf(Self.numbers[random.next(below: Self.numbers.count)])
    default: changeWithinKind(taking: other, &random)
    }
  }

  /// A change after which the value is still what it was: an object, a list, a number, a text.
  private mutating func changeWithinKind(
    taking other: JSONTree, _ random: inout SeededGenerator
  ) {
    switch self {
    case .object(var members) where !members.isEmpty:
      let (one, two) = (random.next(below: members.count), random.next(below: members.count))
      switch random.next(below: 6) {
      case 0: members.remove(at: one)
      case 1: members.append(members[one])
      case 2: members[one].key = members[two].key
      case 3: members[one].key = Self.texts[random.next(below: Self.texts.count)]
      case 4: (members[one].value, members[two].value) = (members[two].value, members[one].value)
      default:
        if case .object(let others) = other, !others.isEmpty {
          members.insert(others[random.next(below: others.count)], at: one)
        }
      }
      self = .object(members)
    case .array(var elements) where !elements.isEmpty:
      let (one, two) = (random.next(below: elements.count), random.next(below: elements.count))
      switch random.next(below: 6) {
      case 0: elements.remove(at: one)
      case 1: elements.append(elements[one])
      case 2:
        // Copies of copies would grow without end.
        let copies = 1 + random.next(below: elements[one].count > 100 ? 4 : 300)
        elements += Array(repeating: elements[one], count: copies)
      case 3: elements.removeSubrange(one...)
      case 4: elements.swapAt(one, two)
      default: elements = []
      }
      self = .array(elements)
    case .leaf(let leaf) where leaf.first == UInt8(ascii: "\""):
      switch random.next(below: 4) {
      case 0:
        // Another text of the document: a name that is known, but elsewhere.
        for _ in 0..<8 {
          let found = other[random.next(below: other.count)]
          if case .leaf(let text) = found, text.first == UInt8(ascii: "\"") { self = found }
        }
      case 1:
        let piece = Self.texts[random.next(below: Self.texts.count)].dropFirst().dropLast()
        self = .leaf(leaf.dropLast() + piece + [UInt8(ascii: "\"")])
      default: self = .leaf(Self.texts[random.next(below: Self.texts.count)])
      }
    case .leaf(let leaf):
      guard let number = Int(String(decoding: leaf, as: UTF8.self)), random.next(below: 3) > 0
      else {
        self = .leaf(Self.numbers[random.next(below: Self.numbers.count)])
        return
      }
      // Near the number, so that most checks still pass.
      let close = [
        number &+ 1, number &- 1, number &* 2, number / 2, number &* -1, number &+ 32, number &* 64,
        number &* 1_000_000_007,
      ]
      self = .leaf(Array("\(close[random.next(below: close.count)])".utf8))
    case .object, .array:
      self = .leaf(Self.values[random.next(below: Self.values.count)])
    }
  }

  private func nested(depth: Int) -> JSONTree {
    var brackets = [UInt8](repeating: UInt8(ascii: "["), count: depth) + bytes
    brackets += [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    return .leaf(brackets)
  }

  private static let values = ["null", "true", "false", "{}", "[]", "0", "\"\"", "[null]", "\"x\""]
    .map { Array($0.utf8) }

  private static let numbers = [
    "0", "-0", "1", "-1", "2", "0.5", "-0.5", "1e-320", "1e-45", "3.5e38", "1e39", "1e308",
    "-1e308",
    "1e400", "NaN", "Infinity", "-Infinity", "65504", "65520", "65536", "2147483647", "2147483648",
    "-2147483648", "4294967295", "4294967296", "9007199254740993", "1000000000000000000",
    "4611686018427387904", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "18446744073709551615", "18446744073709551616", "1e18", "9.3e18", "1e19", "01", "1.", "+1",
    "0x10",
    "123456789012345678901234567890", "0.1e-9999999999", "1000000", "100000000",
  ].map { Array($0.utf8) }

  private static let texts: [[UInt8]] =
    [
      "", "x", " ", "0", "-1", "a/b", "../x", "/", ".", "\\u0000", "\\ud800", "\\udc00",
      "\\ud83d\\ude00",
      "e\\u0301", "\u{E9}", "\u{FEFF}", "\u{1F468}\u{200D}\u{1F469}", "\\n", "\\\"", "\\x", "NaN",
      "(", "[^", "(?<=a)",
      "\\\\p{L}+", "(a*)*b", "a{1000}", "null", "F32", "BF16", "F64", "I64", "U8", "%s%n",
      "1:4b_128g s4",
      "__metadata__", String(repeating: "y", count: 3000),
    ].map { Array("\"\($0)\"".utf8) } + [
      [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0x01, 0x22],
    ]
}
