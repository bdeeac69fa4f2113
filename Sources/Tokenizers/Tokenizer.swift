/// Text ↔ token ids, as a `tokenizer.json` describes it.
///
/// Encoding goes through the file's parts in this order: added tokens are found in the text; what
/// lies between them is normalized, cut into words, and encoded by the model; the post-processor
/// adds BOS and the like.
package struct Tokenizer: Sendable {
  /// One more than the largest id, added tokens included.
  package var vocabularySize: Int { vocabulary.size }

  /// The token that begins a text: the one the post-processor puts there, else the one that
  /// `tokenizer_config.json` calls "bos_token", else nil.
  package internal(set) var bosTokenID: Int32?

  /// The token that ends a text: the one that `tokenizer_config.json` calls "eos_token", else the
  /// one the post-processor puts there, else nil.
  package internal(set) var eosTokenID: Int32?

  /// What is unusual about the tokenizer and worth telling people.
  package internal(set) var notes: [String]

  let addedTokenCount: Int
  let vocabulary: Vocabulary  // the model's and the added tokens
  let specialIDs: Set<Int32>
  let originalTokens: AddedTokenMatcher  // those found in the text as it was given
  let normalizedTokens: AddedTokenMatcher  // those found in normalized text
  let normalizer: (any Normalizer)?
  let preTokenizer: (any PreTokenizer)?
  let model: any TokenModel
  let postProcessor: (any PostProcessor)?
  let decoder: (any TokenDecoder)?

  /// The ids of a text.
  ///
  /// - Parameters:
  ///   - addSpecialTokens: whether to add what the post-processor adds, such as BOS.
  ///   - parseSpecialTokens: whether `</s>` in the text means the special token. Text from outside
  ///     may mention such tokens without meaning them: turn this off for corpora.
  package func encode(
    _ text: String, addSpecialTokens: Bool = true, parseSpecialTokens: Bool = true
  ) throws -> [Int32] {
    try encode(
      utf8: Array(text.utf8), addSpecialTokens: addSpecialTokens,
      parseSpecialTokens: parseSpecialTokens)
  }

  /// The ids of a text given as bytes; what is no UTF-8 in it is encoded as U+FFFD.
  package func encode(
    utf8 bytes: [UInt8], addSpecialTokens: Bool = true, parseSpecialTokens: Bool = true
  ) throws -> [Int32] {
    var ids: [Int32] = []
    try forEachSegment(of: bytes, special: parseSpecialTokens) { segment in
      switch segment {
      case .token(let id): ids.append(id)
      case .pieces(let pieces): try model.encode(pieces, into: &ids)
      }
    }
    return addSpecialTokens ? postProcessor?.process(ids) ?? ids : ids
  }

  /// The words that the model is asked to encode, as it sees them: for diagnosis.
  package func words(of text: String) throws -> [String] {
    var words: [String] = []
    try forEachSegment(of: Array(text.utf8), special: true) { segment in
      guard case .pieces(let pieces) = segment else { return }
      pieces.forEachPiece { word, _ in words.append(String(decoding: word, as: UTF8.self)) }
    }
    return words
  }

  /// The text of ids. Ids that no token has are left out, and so are special tokens on request.
  package func decode(_ ids: [Int32], skipSpecialTokens: Bool = false) -> String {
    let tokens = ids.compactMap { id in
      skipSpecialTokens && specialIDs.contains(id) ? nil : vocabulary[id]
    }
    let bytes = decoder?.decode(tokens).flatMap(\.self) ?? Array(tokens.joined(separator: [0x20]))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A token as the vocabulary spells it, nil for an id that no token has.
  package func token(_ id: Int32) -> String? {
    vocabulary[id].map { String(decoding: $0, as: UTF8.self) }
  }

  /// The id of a token as the vocabulary spells it.
  package func id(of token: String) -> Int32? { vocabulary.id(Array(token.utf8)) }

  private enum Segment {
    case token(Int32)
    case pieces(Pieces)
  }

  private func forEachSegment(
    of bytes: [UInt8], special: Bool, _ body: (Segment) throws -> Void
  ) throws {
    guard bytes.count < Int32.max else { throw TokenizerError.textTooLong(bytes: bytes.count) }
    try bytes.repaired().withUnsafeBufferPointer { text in
      for segment in originalTokens.segments(of: text, special: special) {
        switch segment {
        case .token(let id): try body(.token(id))
        case .text(let range):
          let original = Array(text[range])
          let normalized = try normalizer?.normalize(original) ?? original
          try forEachSegment(
            ofNormalized: normalized,
            startsText: range.lowerBound == 0
              && (try normalizer?.keepsStart(of: Array(original[..<text.scalarLength(at: 0)]))
                ?? true),
            special: special, body)
        }
      }
    }
  }

  private func forEachSegment(
    ofNormalized bytes: [UInt8], startsText: Bool, special: Bool, _ body: (Segment) throws -> Void
  ) throws {
    try bytes.withUnsafeBufferPointer { text in
      for segment in normalizedTokens.segments(of: text, special: special) {
        switch segment {
        case .token(let id): try body(.token(id))
        case .text(let range):
          var pieces = Pieces(
            range.count == bytes.count ? bytes : Array(text[range]),
            startsText: startsText && range.lowerBound == 0)
          try preTokenizer?.apply(to: &pieces)
          try body(.pieces(pieces))
        }
      }
    }
  }
}
