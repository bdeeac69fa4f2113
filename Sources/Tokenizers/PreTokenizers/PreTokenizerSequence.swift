/// Several pre-tokenizers; each cuts the pieces that the one before it left.
struct PreTokenizerSequence: PreTokenizer {
  static let names = ["Sequence"]

  private let preTokenizers: [any PreTokenizer]

  init(_ component: Component) throws {
    preTokenizers = try component.components("pretokenizers").map(makePreTokenizer)
  }

  func apply(to pieces: inout Pieces) {
    for preTokenizer in preTokenizers { preTokenizer.apply(to: &pieces) }
  }
}
