import ByteJSON

/// Cuts text after every so many characters.
struct FixedLengthPreTokenizer: PreTokenizer {
  static let names = ["FixedLength"]

  private let length: Int

  init(_ component: Component) throws {
    length = try component.optional("length", "a count above zero", default: 5) { value in
      value.int.flatMap { $0 > 0 ? $0 : nil }
    }
  }

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { piece, _, output in
      var (start, end, count) = (0, 0, 0)
      while end < piece.count {
        end += piece.scalarLength(at: end)
        count += 1
        guard count == length || end == piece.count else { continue }
        output.append(piece.slice(start..<end))
        output.endPiece()
        (start, count) = (end, 0)
      }
    }
  }
}
