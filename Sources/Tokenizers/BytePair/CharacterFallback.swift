import ByteJSON

/// The tokens a word starts as: its characters, and what stands for those that are no token.
struct CharacterFallback: Sendable {
  private let unknown: Int32?
  private let fusesUnknown: Bool
  private let bytes: ByteFallback
  /// What the tokens of all characters but the first begin with.
  private let prefix: [UInt8]
  /// What the token of the last character ends with.
  private let suffix: [UInt8]

  var hasBytes: Bool { !bytes.isEmpty }

  /// Whether a character's token depends on where in the word it stands.
  var dependsOnPlace: Bool { !prefix.isEmpty || !suffix.isEmpty }

  init(_ component: Component, vocabulary: Vocabulary) throws {
    fusesUnknown = try component.bool("fuse_unk", default: false)
    unknown = try component.optional("unk_token", "a token of the vocabulary", default: nil) {
      value in
      value.string.flatMap { vocabulary.id($0.bytes) }.map(Optional.some)
    }
    bytes = try ByteFallback(component, vocabulary: vocabulary)
    func affix(_ name: String) throws -> [UInt8] {
      try component.optional(name, "a string", default: []) { $0.string?.bytes }
    }
    prefix = try affix("continuing_subword_prefix")
    suffix = try affix("end_of_word_suffix")
  }

  /// Fills `symbols` with the tokens of a word's characters. A character without any is left out.
  func characters(of word: UTF8Text, in vocabulary: Vocabulary, into symbols: inout [Int32]) {
    symbols.removeAll(keepingCapacity: true)
    var i = 0
    // The unknown token is written when a known character follows, or another unknown one that
    // isn't fused with it. Characters spelled as bytes do not count, and so come before it: the
    // library has it so.
    var isUnknownDue = false
    while i < word.count {
      let character = word.slice(i..<i + word.scalarLength(at: i))
      let isFirst = i == 0
      i += character.count
      let affixed =
        dependsOnPlace ? spelled(character, isFirst: isFirst, isLast: i == word.count) : nil
      if let id = affixed.map(vocabulary.id) ?? vocabulary.id(character) {
        if isUnknownDue, let unknown { symbols.append(unknown) }
        isUnknownDue = false
        symbols.append(id)
      } else if !appendBytes(of: affixed, or: character, to: &symbols), let unknown {
        if isUnknownDue, !fusesUnknown { symbols.append(unknown) }
        isUnknownDue = true
      }
    }
    if isUnknownDue, let unknown { symbols.append(unknown) }
  }

  private func appendBytes(
    of affixed: [UInt8]?, or character: UTF8Text, to symbols: inout [Int32]
  ) -> Bool {
    guard let affixed else { return bytes.appendBytes(of: character, to: &symbols) }
    return bytes.appendBytes(of: affixed, to: &symbols)
  }

  private func spelled(_ character: UTF8Text, isFirst: Bool, isLast: Bool) -> [UInt8] {
    (isFirst ? [] : prefix) + character + (isLast ? suffix : [])
  }
}
