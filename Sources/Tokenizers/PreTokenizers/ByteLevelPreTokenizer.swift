/// Cuts text with GPT-2's regular expression, if asked to, and spells the bytes of every piece as
/// printable characters.
struct ByteLevelPreTokenizer: PreTokenizer {
  static let names = ["ByteLevel"]

  private let addsSpace: Bool
  private let scanner: GPT2Scanner?

  init(_ component: Component) throws {
    addsSpace = try component.bool("add_prefix_space", default: true)
    scanner = try component.bool("use_regex", default: true) ? GPT2Scanner() : nil
  }

  var labels: [String] { [scanner == nil ? "ByteLevel" : "ByteLevel (GPT-2)"] }

  func apply(to pieces: inout Pieces) {
    let space = UInt8(ascii: " ")
    pieces.rewrite { piece, _, output in
      if addsSpace, piece.first != space {
        ([space] + piece).withUnsafeBufferPointer { append($0, to: &output) }
      } else {
        append(piece, to: &output)
      }
    }
  }

  private func append(_ piece: UTF8Text, to output: inout Pieces) {
    guard let scanner else {
      output.append(piece, spelledIn: .shared)
      output.endPiece()
      return
    }
    scanner.forEachStretch(of: piece) { word in
      output.append(piece.slice(word.range), spelledIn: .shared)
      output.endPiece()
    }
  }
}
