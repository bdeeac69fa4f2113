/// Several decoders, one after the other.
struct DecoderSequence: TokenDecoder {
  static let names = ["Sequence"]

  private let decoders: [any TokenDecoder]

  init(_ component: Component) throws {
    decoders = try component.components("decoders").map(makeDecoder)
  }

  var labels: [String] { decoders.flatMap(\.labels) }

  var notes: [String] { decoders.flatMap(\.notes) }

  func decode(_ tokens: [[UInt8]]) -> [[UInt8]] { decoders.reduce(tokens) { $1.decode($0) } }
}
