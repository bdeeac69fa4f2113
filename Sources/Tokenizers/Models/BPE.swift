import ByteJSON

/// Byte-pair encoding: a word starts as single characters, and adjacent tokens are merged in the
/// order in which training found the merges, until none applies.
///
/// (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016.)
struct BPE: TokenModel {
  static let names = ["BPE"]

  let vocabulary: Vocabulary
  private let merges: PairTable
  private let joints: Joints?  // nil where a character's token depends on its place
  private let fallback: CharacterFallback
  /// Whether a word that is a token is one without being merged together.
  private let ignoresMerges: Bool
  private let pool = ScratchPool<Workspace>()
  /// Whether the file asks for random encodings.
  private let hasDropout: Bool

  /// Words up to this many bytes are remembered; longer ones rarely come back.
  private static let rememberedBytes = 64

  init(_ component: Component) throws {
    vocabulary = try component.vocabulary("vocab")
    let prefix = try component.optional("continuing_subword_prefix", "a string", default: 0) {
      $0.string.map { Int($0.count) }
    }
    merges = try component.merges("merges", vocabulary: vocabulary, prefix: prefix)
    fallback = try CharacterFallback(component, vocabulary: vocabulary)
    joints = fallback.dependsOnPlace ? nil : Joints(merges.keys, vocabulary: vocabulary)
    ignoresMerges = try component.bool("ignore_merges", default: false)
    hasDropout = try component.optional("dropout", "a number", default: 0, \.double) != 0
  }

  var label: String { fallback.hasBytes ? "BPE with byte fallback" : "BPE" }

  var notes: [String] {
    hasDropout
      ? ["model.dropout, which makes encodings random during training, is left out."] : []
  }

  func encode(_ pieces: Pieces, into ids: inout [Int32]) {
    pool.withScratch { workspace in
      pieces.forEachPiece { word, _ in
        if ignoresMerges, let id = vocabulary.id(word) {
          ids.append(id)
        } else if let joints, word.count > Self.rememberedBytes {
          // What cannot be merged across is as good as a word's end. This makes many short words
          // of the texts that some tokenizers pass as a single one.
          joints.forEachPart(of: word, in: vocabulary) { part in
            encode(part, into: &ids, &workspace)
          }
        } else {
          encode(word, into: &ids, &workspace)
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
