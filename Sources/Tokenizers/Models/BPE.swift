import ByteJSON

/// Byte-pair encoding: a word starts as single characters, and adjacent tokens are merged in the
/// order in which training found the merges, until none applies.
///
/// (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016.)
struct BPE: TokenModel {
  static let names = ["BPE"]

  let vocabulary: Vocabulary
  private let merges: PairTable
  private let joints: Joints
  private let fallback: CharacterFallback
  /// Whether a word that is a token is one without being merged together.
  private let ignoresMerges: Bool
  private let workspaces = WorkspacePool()

  /// Words up to this many bytes are remembered; longer ones rarely come back.
  private static let rememberedBytes = 64

  init(_ component: Component) throws {
    try Self.checkSettings(of: component)
    vocabulary = try component.vocabulary("vocab")
    merges = try component.merges("merges", vocabulary: vocabulary)
    joints = Joints(merges.keys, vocabulary: vocabulary)
    fallback = try CharacterFallback(component, vocabulary: vocabulary)
    ignoresMerges = try component.bool("ignore_merges", default: false)
  }

  private static func checkSettings(of component: Component) throws {
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      let affix = try component.optional(key, "a string", default: "", \.text)
      guard affix.isEmpty else { throw component.unsupported("'model.\(key)'") }
    }
    let dropout = try component.optional("dropout", "a number", default: 0, \.double)
    guard dropout == 0 else {
      throw component.unsupported("'model.dropout', which makes every encoding a random one,")
    }
  }

  func encode(_ pieces: Pieces, into ids: inout [Int32]) {
    workspaces.withWorkspace { workspace in
      pieces.forEachPiece { word, _ in
        if ignoresMerges, let id = vocabulary.id(word) {
          ids.append(id)
        } else if word.count <= Self.rememberedBytes {
          encode(word, into: &ids, &workspace)
        } else {
          // What cannot be merged across is as good as a word's end. This makes many short words
          // of the texts that some tokenizers pass as a single one.
          joints.forEachPart(of: word, in: vocabulary) { part in
            encode(part, into: &ids, &workspace)
          }
        }
      }
    }
  }

  private func encode(_ word: UTF8Text, into ids: inout [Int32], _ workspace: inout Workspace) {
    let isRemembered = word.count <= Self.rememberedBytes
    if isRemembered, workspace.cache.append(word, to: &ids) { return }

    fallback.characters(of: word, in: vocabulary, into: &workspace.merger.symbols)
    workspace.merger.merge(with: merges)
    ids += workspace.merger.symbols
    if isRemembered { workspace.cache.insert(word, workspace.merger.symbols) }
  }
}
