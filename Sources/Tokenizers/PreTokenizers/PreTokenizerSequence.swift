/// Several pre-tokenizers; each cuts the pieces that the one before it left.
struct PreTokenizerSequence: PreTokenizer {
  static let names = ["Sequence"]

  private let preTokenizers: [any PreTokenizer]

  init(_ component: Component) throws {
    // A sequence within is so many parts of this one.
    preTokenizers = try component.components("pretokenizers").map(makePreTokenizer).flatMap {
      ($0 as? PreTokenizerSequence)?.preTokenizers ?? [$0]
    }
  }

  var labels: [String] { preTokenizers.flatMap(\.labels) }

  var notes: [String] { preTokenizers.flatMap(\.notes) }

  func apply(to pieces: inout Pieces) throws {
    let original = pieces.bytes.count
    for preTokenizer in preTokenizers {
      try preTokenizer.apply(to: &pieces)
      try TextGrowth.check(pieces.bytes.count, from: original)
    }
  }
}
