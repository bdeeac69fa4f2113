import ByteJSON

/// Cuts text at one character, and drops it.
struct CharDelimiterPreTokenizer: PreTokenizer {
  static let names = ["CharDelimiterSplit"]

  private let delimiter: [UInt8]

  init(_ component: Component) throws {
    delimiter = try component.required("delimiter", "one character") { value in
      value.text.flatMap { $0.unicodeScalars.count == 1 ? Array($0.utf8) : nil }
    }
  }

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { piece, _, output in
      output.append(piece, splitting: .removed) { piece, i in piece.contains(delimiter, at: i) }
    }
  }
}
