import ByteJSON

/// Texts and their replacements, as SentencePiece compiles them: a trie in one array of numbers
/// (a "double array" of the Darts library), and all replacements in one text, each ended by a zero.
///
///     u32 bytes of the trie │ trie, u32 each │ replacements
struct CharacterMap: Sendable {
  /// A number holds, from the lowest bit: the byte that leads here (8 bits), whether a text ends
  /// here (1), whether the offset counts 256 (1), and the offset to the children (22). The number of
  /// an end holds where its replacement starts, and has the highest bit set.
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// Nil when the bytes are none of this.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4 else { return nil }
    func number(at i: Int) -> UInt32 {
      bytes.withUnsafeBytes {
        UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: i, as: UInt32.self))
      }
    }
    let count = Int(number(at: 0)) / 4
    guard count > 0, count <= (bytes.count - 4) / 4 else { return nil }
    units = (0..<count).map { number(at: 4 + 4 * $0) }
    replacements = Array(bytes[(4 + 4 * count)...])
    guard replacements.withUnsafeBytes(firstInvalidUTF8) == nil else { return nil }
  }

  /// What replaces the shortest entry that `text` begins with, nil when there is none. A damaged
  /// trie leads nowhere; every step uses up a byte of the text, so it cannot lead in circles.
  func replacement(of text: UTF8Text) -> [UInt8]? {
    var node = Self.offset(units[0])
    for byte in text {
      // Zero marks the end of a text in the trie.
      guard byte != 0 else { return nil }
      node ^= Int(byte)
      guard node < units.count else { return nil }
      let unit = units[node]
      guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
      node ^= Self.offset(unit)
      if unit & 0x100 != 0 {
        return node < units.count ? replacement(at: Int(units[node] & 0x7FFF_FFFF)) : nil
      }
    }
    return nil
  }

  private func replacement(at start: Int) -> [UInt8]? {
    // A damaged file may point into the middle of a character.
    guard start < replacements.count, replacements[start] & 0xC0 != 0x80 else { return nil }
    return Array(replacements[start...].prefix { $0 != 0 })
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 0x200) >> 6)
  }
}
