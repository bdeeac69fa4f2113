import ByteJSON

/// Writes spaces as `▁`, as SentencePiece does, and cuts before each of them.
struct MetaspacePreTokenizer: PreTokenizer {
  static let names = ["Metaspace"]

  private let replacement: [UInt8]
  private let scheme: PrependScheme
  private let splits: Bool

  init(_ component: Component) throws {
    replacement = try component.metaspaceReplacement()
    scheme = try component.prependScheme()
    splits = try component.bool("split", default: true)
  }

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { piece, startsText, output in
      var text = Array(piece).replacing([UInt8(ascii: " ")], with: replacement)
      if !text.starts(with: replacement),
        scheme == .always || (scheme == .first && startsText)
      {
        text = replacement + text
      }
      guard splits else {
        output.append(text)
        output.endPiece()
        return
      }
      text.withUnsafeBufferPointer { text in
        var start = 0
        for next in text.occurrences(of: replacement).map(\.lowerBound) + [text.count] {
          output.append(text.slice(start..<next))
          output.endPiece()
          start = next
        }
      }
    }
  }
}

/// Which pieces get a `▁` in front if they have none.
enum PrependScheme: String {
  /// The one at the start of the text.
  case first
  case never
  case always
}

extension Component {
  func metaspaceReplacement() throws -> [UInt8] {
    try optional("replacement", "one character", default: Array("▁".utf8)) { value in
      value.text.flatMap { $0.unicodeScalars.count == 1 ? Array($0.utf8) : nil }
    }
  }

  func prependScheme() throws -> PrependScheme {
    // Files from before the schemes say it with a Boolean.
    let old = try bool("add_prefix_space", default: true)
    return try optional(
      "prepend_scheme", "'first', 'never' or 'always'", default: old ? .always : .never
    ) { value in
      value.text.flatMap(PrependScheme.init)
    }
  }
}
