/// A text cut into pieces: the bytes of all of them in one array, and where each ends.
struct Pieces {
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [Int] = []
  /// Whether the first piece stands at the very start of the text the user gave.
  var startsText: Bool

  /// A text that is still in one piece.
  init(_ text: [UInt8], startsText: Bool) {
    self.startsText = startsText
    bytes = text
    endPiece()
  }

  var isEmpty: Bool { bytes.isEmpty }

  mutating func append(_ text: UTF8Text) { bytes += text }

  mutating func append(_ text: [UInt8]) { bytes += text }

  /// Appends bytes as byte-level tokenizers write them.
  mutating func append(_ text: UTF8Text, spelledIn alphabet: ByteAlphabet) {
    alphabet.append(text, to: &bytes)
  }

  /// Ends the piece that has been appended to; an empty one is dropped.
  mutating func endPiece() {
    if bytes.count > ends.last ?? 0 { ends.append(bytes.count) }
  }

  /// Replaces every piece by what `body` appends for it.
  mutating func rewrite(
    _ body: (_ piece: UTF8Text, _ startsText: Bool, _ output: inout Pieces) throws -> Void
  ) rethrows {
    var output = Pieces([], startsText: startsText)
    output.bytes.reserveCapacity(bytes.count + bytes.count / 4)
    output.ends.reserveCapacity(ends.count + bytes.count / 5)
    try forEachPiece { piece, isFirst in try body(piece, isFirst && startsText, &output) }
    self = output
  }

  func forEachPiece(_ body: (_ piece: UTF8Text, _ isFirst: Bool) throws -> Void) rethrows {
    try bytes.withUnsafeBufferPointer { text in
      var start = 0
      for end in ends {
        try body(text.slice(start..<end), start == 0)
        start = end
      }
    }
  }
}
