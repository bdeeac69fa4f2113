/// Several decoders, one after the other.
struct DecoderSequence: TokenDecoder {
  static let names = ["Sequence"]

  private let decoders: [any TokenDecoder]

  init(_ component: Component) throws {
    // A sequence within is so many parts of this one.
    decoders = try component.components("decoders").map(makeDecoder).flatMap {
      ($0 as? DecoderSequence)?.decoders ?? [$0]
    }
  }

  var labels: [String] { decoders.flatMap(\.labels) }

  var notes: [String] { decoders.flatMap(\.notes) }

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    let original = tokens.joined().count
    return decoders.reduce(tokens) { before, decoder in
      let after = decoder.decode(before)
      // A decoder that makes too much of them leaves tokens as they are.
      return TextGrowth.allows(after.joined().count, from: original) ? after : before
    }
  }
}
