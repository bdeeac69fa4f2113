/// Cuts text at whitespace, which is dropped, and around every punctuation mark.
struct BertPreTokenizer: PreTokenizer {
  static let names = ["BertPreTokenizer"]

  init(_ component: Component) {}

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { piece, _, output in
      output.append(piece, splitting: .removed) { piece, i in
        CharacterClasses.shared.classify(piece, at: i).class.isIn(.whitespace)
      }
    }
    pieces.rewrite { piece, _, output in
      output.append(piece, splitting: .isolated) { piece, i in
        piece.unicodeScalar(at: i).isPunctuation
      }
    }
  }
}
