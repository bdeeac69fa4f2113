/// Cuts text at whitespace, and drops it.
struct WhitespaceSplitPreTokenizer: PreTokenizer {
  static let names = ["WhitespaceSplit"]

  init(_ component: Component) {}

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { piece, _, output in
      output.append(piece, splitting: .removed) { piece, i in
        CharacterClasses.shared.classify(piece, at: i).class.isIn(.whitespace)
      }
    }
  }
}
