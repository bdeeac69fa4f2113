import ByteJSON

/// Removes a character from both ends of every token, up to a number of times.
struct StripDecoder: TokenDecoder {
  static let names = ["Strip"]

  private let content: Unicode.Scalar
  private let start: Int
  private let stop: Int

  init(_ component: Component) throws {
    content = try component.required("content", "one character") { value in
      value.text.flatMap { $0.unicodeScalars.count == 1 ? $0.unicodeScalars.first : nil }
    }
    func count(_ name: String) throws -> Int {
      try component.required(name, "a count") { value in
        value.int.flatMap { $0 >= 0 ? $0 : nil }
      }
    }
    start = try count("start")
    stop = try count("stop")
  }

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    tokens.map { token in
      let scalars = String(decoding: token, as: UTF8.self).unicodeScalars
      let first = scalars.prefix(start).prefix { $0 == content }.count
      let last = scalars.reversed().prefix(stop).prefix { $0 == content }.count
      return Array(String(scalars.dropFirst(first).dropLast(last)).utf8)
    }
  }
}
