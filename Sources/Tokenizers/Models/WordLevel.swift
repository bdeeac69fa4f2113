/// Every word is one token, or unknown.
struct WordLevel: TokenModel {
  static let names = ["WordLevel"]

  let vocabulary: Vocabulary
  private let unknown: Int32?

  init(_ component: Component) throws {
    vocabulary = try component.vocabulary("vocab")
    unknown = vocabulary.id(try component.bytes("unk_token"))
  }

  func encode(_ pieces: Pieces, into ids: inout [Int32]) throws {
    try pieces.forEachPiece { word, _ in
      guard let id = vocabulary.id(word) ?? unknown else {
        throw TokenizerError.noToken(text: String(decoding: word, as: UTF8.self))
      }
      ids.append(id)
    }
  }
}
