/// Cuts text into runs of word characters and runs of others, and drops whitespace:
/// `\w+|[^\w\s]+`.
struct WhitespacePreTokenizer: PreTokenizer {
  static let names = ["Whitespace"]

  init(_ component: Component) {}

  private enum Kind { case space, word, other }

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { piece, _, output in
      var stretches: [SplitBehavior.Stretch] = []
      var previous: Kind?
      var i = 0
      while i < piece.count {
        let scalar = piece.unicodeScalar(at: i)
        let end = i + piece.scalarLength(at: i)
        let kind: Kind = scalar.isRegexWord ? .word : scalar.isRegexWhitespace ? .space : .other
        if kind == previous, let last = stretches.last {
          stretches[stretches.count - 1].range = last.range.lowerBound..<end
        } else {
          stretches.append((i..<end, kind == .space))
        }
        previous = kind
        i = end
      }
      output.append(piece, cut: .removed, at: stretches)
    }
  }
}
