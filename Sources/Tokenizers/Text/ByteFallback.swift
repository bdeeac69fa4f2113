import ByteJSON

/// The tokens `<0x00>` to `<0xFF>` that spell what a vocabulary has no token for.
struct ByteFallback: Sendable {
  /// The ids by byte, nil where there is none; empty without byte fallback.
  private let tokens: [Int32?]

  /// Whether there is no byte fallback.
  var isEmpty: Bool { tokens.isEmpty }

  init(_ component: Component, vocabulary: Vocabulary) throws {
    let hasBytes = try component.bool("byte_fallback", default: false)
    tokens = hasBytes ? (0...255).map { vocabulary.id(Self.name(ofByte: $0)) } : []
  }

  private static func name(ofByte byte: Int) -> [UInt8] {
    let hex = String(byte, radix: 16, uppercase: true)
    return Array("<0x\(hex.count == 1 ? "0" : "")\(hex)>".utf8)
  }

  /// Appends the tokens of a text's bytes if all of them have one.
  func appendBytes(of text: some Collection<UInt8>, to ids: inout [Int32]) -> Bool {
    guard !tokens.isEmpty, text.allSatisfy({ tokens[Int($0)] != nil }) else { return false }
    for byte in text { if let id = tokens[Int(byte)] { ids.append(id) } }
    return true
  }
}
