import ByteJSON

/// Cuts text at a pattern: a plain text, or a regular expression that has a scanner.
struct SplitPreTokenizer: PreTokenizer {
  static let names = ["Split"]

  private enum Pattern {
    case text([UInt8])
    case words(any WordScanner)
  }

  private let pattern: Pattern
  private let behavior: SplitBehavior
  private let inverts: Bool

  init(_ component: Component) throws {
    behavior = try component.splitBehavior("behavior")
    inverts = try component.bool("invert", default: false)
    let pattern = try component.component("pattern")
    if let regex = pattern.members["Regex"]?.text {
      self.pattern = .words(
        try makeWordScanner(regex, file: component.file, key: pattern.key("Regex")))
    } else {
      self.pattern = .text(try component.literalPattern())
    }
  }

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { piece, _, output in
      // What nearly every file asks for, without the detour through stretches.
      if case .words(let scanner) = pattern, behavior == .isolated {
        scanner.forEachWord(of: piece) { word in
          output.append(piece.slice(word))
          output.endPiece()
        }
        return
      }
      for range in behavior.pieces(of: stretches(of: piece)) {
        output.append(piece.slice(range))
        output.endPiece()
      }
    }
  }

  private func stretches(of text: UTF8Text) -> [SplitBehavior.Stretch] {
    var matches: [Range<Int>] = []
    switch pattern {
    case .text(let pattern): matches = text.occurrences(of: pattern)
    case .words(let scanner): scanner.forEachWord(of: text) { matches.append($0) }
    }
    var stretches: [SplitBehavior.Stretch] = []
    var end = 0
    for match in matches {
      if end < match.lowerBound { stretches.append((end..<match.lowerBound, inverts)) }
      stretches.append((match, !inverts))
      end = match.upperBound
    }
    if end < text.count { stretches.append((end..<text.count, inverts)) }
    return stretches
  }
}
