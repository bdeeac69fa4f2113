/// What a tokenizer is made of, for people.
package struct TokenizerSummary: Sendable, Equatable {
  /// A token and its id.
  package struct Token: Sendable, Equatable {
    package let id: Int32
    /// As the vocabulary spells it.
    package let text: String
  }

  /// The kind of model: "byte-level BPE", "BPE with byte fallback", "Unigram".
  package let model: String
  /// How many tokens there are, added ones included.
  package let tokenCount: Int
  /// One more than the largest id: larger than `tokenCount` where ids are left out.
  package let idLimit: Int
  /// How many tokens are found in text as they stand.
  package let addedTokenCount: Int
  /// How many of these have a meaning of their own, such as BOS.
  package let specialTokenCount: Int
  /// The token that begins a text.
  package let bos: Token?
  /// The token that ends a text.
  package let eos: Token?
  /// What text goes through, in order; sequences are given as their parts.
  package let normalizers: [String]
  package let preTokenizers: [String]
  package let postProcessors: [String]
  package let decoders: [String]
  /// What is unusual and worth telling.
  package let notes: [String]
}

extension Tokenizer {
  /// What the tokenizer is made of.
  package var summary: TokenizerSummary {
    func named(_ id: Int32?) -> TokenizerSummary.Token? {
      id.map { .init(id: $0, text: token($0) ?? "?") }
    }
    let spellsBytes = [normalizer?.spellsBytes, preTokenizer?.spellsBytes].contains(true)
    return TokenizerSummary(
      model: spellsBytes ? "byte-level \(model.label)" : model.label,
      tokenCount: vocabulary.count, idLimit: vocabulary.size, addedTokenCount: addedTokenCount,
      specialTokenCount: specialIDs.count, bos: named(bosTokenID), eos: named(eosTokenID),
      normalizers: normalizer?.labels ?? [], preTokenizers: preTokenizer?.labels ?? [],
      postProcessors: postProcessor?.labels ?? [], decoders: decoder?.labels ?? [], notes: notes)
  }
}

extension ConfiguredComponent {
  /// Whether text comes out as the printable spelling of its bytes.
  fileprivate var spellsBytes: Bool { labels.contains { $0.hasPrefix("ByteLevel") } }
}
