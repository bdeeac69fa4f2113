import ByteJSON

/// Cuts text at a pattern: a plain text, or a regular expression.
struct SplitPreTokenizer: PreTokenizer {
  static let names = ["Split"]

  private let pattern: SplitPattern
  private let behavior: SplitBehavior
  private let inverts: Bool

  init(_ component: Component) throws {
    behavior = try component.splitBehavior("behavior")
    inverts = try component.bool("invert", default: false)
    pattern = try SplitPattern(component, key: "pattern")
  }

  var labels: [String] { ["Split (\(pattern.label))"] }

  var notes: [String] { pattern.notes }

  func apply(to pieces: inout Pieces) throws {
    try pieces.rewrite { piece, _, output in
      // What nearly every file asks for, without the detour through stretches.
      if case .words(let scanner) = pattern.kind, behavior == .isolated {
        scanner.forEachStretch(of: piece) { stretch in
          output.append(piece.slice(stretch.range))
          output.endPiece()
        }
        return
      }
      output.append(piece, cut: behavior, at: try stretches(of: piece))
    }
  }

  private func stretches(of text: UTF8Text) throws -> [SplitBehavior.Stretch] {
    try pattern.stretches(of: text).map { ($0.range, $0.isMatch != inverts) }
  }
}
