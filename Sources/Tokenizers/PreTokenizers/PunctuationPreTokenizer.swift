/// Cuts text at punctuation.
struct PunctuationPreTokenizer: PreTokenizer {
  static let names = ["Punctuation"]

  private let behavior: SplitBehavior

  init(_ component: Component) throws {
    behavior = try component.splitBehavior("behavior", default: .isolated)
  }

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { piece, _, output in
      output.append(piece, splitting: behavior) { piece, i in
        piece.unicodeScalar(at: i).isPunctuation
      }
    }
  }
}
