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
        Unicode.Scalar(piece.scalar(at: i).value)!.isPunctuation
      }
    }
  }
}

extension Pieces {
  /// Appends a text, cut where single characters match.
  mutating func append(
    _ text: UTF8Text, splitting behavior: SplitBehavior,
    where isMatch: (_ text: UTF8Text, _ index: Int) -> Bool
  ) {
    var stretches: [SplitBehavior.Stretch] = []
    var i = 0
    while i < text.count {
      let end = i + text.scalarLength(at: i)
      let matches = isMatch(text, i)
      if !matches, let last = stretches.last, !last.isMatch {
        stretches[stretches.count - 1].range = last.range.lowerBound..<end
      } else {
        stretches.append((i..<end, matches))
      }
      i = end
    }
    for range in behavior.pieces(of: stretches) {
      append(text.slice(range))
      endPiece()
    }
  }
}
