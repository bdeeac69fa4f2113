/// Several pre-tokenizers; each cuts the pieces that the one before it left.
struct PreTokenizerSequence: PreTokenizer {
  static let names = ["Sequence"]

  private let preTokenizers: [any PreTokenizer]

  init(_ component: Component) throws {
    preTokenizers = try component.components("pretokenizers").map(makePreTokenizer)
  }

  var labels: [String] { preTokenizers.flatMap(\.labels) }

  var notes: [String] { preTokenizers.flatMap(\.notes) }

  func apply(to pieces: inout Pieces) throws {
    for preTokenizer in preTokenizers { try preTokenizer.apply(to: &pieces) }
  }
}
