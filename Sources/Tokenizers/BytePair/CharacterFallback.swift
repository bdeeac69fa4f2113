import ByteJSON

/// The tokens a word starts as: its characters, and what stands for those that are no token.
struct CharacterFallback: Sendable {
  private let unknown: Int32?
  private let fusesUnknown: Bool
  /// The ids of `<0x00>` to `<0xFF>`, nil where there is none; empty without byte fallback.
  private let byteTokens: [Int32?]

  init(_ component: Component, vocabulary: Vocabulary) throws {
    fusesUnknown = try component.bool("fuse_unk", default: false)
    unknown = try component.optional("unk_token", "a token of the vocabulary", default: nil) {
      value in
      value.string.flatMap { vocabulary.id($0.bytes) }.map(Optional.some)
    }
    let hasBytes = try component.bool("byte_fallback", default: false)
    byteTokens = hasBytes ? (0...255).map { vocabulary.id(Self.name(ofByte: $0)) } : []
  }

  private static func name(ofByte byte: Int) -> [UInt8] {
    let hex = String(byte, radix: 16, uppercase: true)
    return Array("<0x\(hex.count == 1 ? "0" : "")\(hex)>".utf8)
  }

  /// Fills `symbols` with the tokens of a word's characters. A character without any is left out.
  func characters(of word: UTF8Text, in vocabulary: Vocabulary, into symbols: inout [Int32]) {
    symbols.removeAll(keepingCapacity: true)
    var i = 0
    var followsUnknown = false
    while i < word.count {
      let character = word.slice(i..<i + word.scalarLength(at: i))
      i += character.count
      if let id = vocabulary.id(character) {
        symbols.append(id)
      } else if !appendBytes(of: character, to: &symbols) {
        if let unknown, !(fusesUnknown && followsUnknown) { symbols.append(unknown) }
        followsUnknown = true
        continue
      }
      followsUnknown = false
    }
  }

  /// Appends the tokens of a character's bytes if all of them have one.
  private func appendBytes(of character: UTF8Text, to symbols: inout [Int32]) -> Bool {
    guard !byteTokens.isEmpty, character.allSatisfy({ byteTokens[Int($0)] != nil }) else {
      return false
    }
    for byte in character { symbols.append(byteTokens[Int(byte)]!) }
    return true
  }
}
