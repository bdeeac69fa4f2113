/// Cuts numbers from the rest of the text, as a whole or digit by digit.
struct DigitsPreTokenizer: PreTokenizer {
  static let names = ["Digits"]

  private let behavior: SplitBehavior

  init(_ component: Component) throws {
    behavior = try component.bool("individual_digits", default: false) ? .isolated : .contiguous
  }

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { piece, _, output in
      output.append(piece, splitting: behavior) { piece, i in
        CharacterClasses.shared.classify(piece, at: i).class.isIn(.number)
      }
    }
  }
}
