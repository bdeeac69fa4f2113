/// Several normalizers, one after the other.
struct NormalizerSequence: Normalizer {
  static let names = ["Sequence"]

  private let normalizers: [any Normalizer]

  init(_ component: Component) throws {
    // A sequence within is so many parts of this one.
    normalizers = try component.components("normalizers").map(makeNormalizer).flatMap {
      ($0 as? NormalizerSequence)?.normalizers ?? [$0]
    }
  }

  var labels: [String] { normalizers.flatMap(\.labels) }

  var notes: [String] { normalizers.flatMap(\.notes) }

  func normalize(_ text: [UInt8]) throws -> [UInt8] {
    try normalizers.reduce(text) { before, normalizer in
      let after = try normalizer.normalize(before)
      try TextGrowth.check(after.count, from: text.count)
      return after
    }
  }

  func keepsStart(of character: [UInt8]) throws -> Bool {
    var character = character
    for normalizer in normalizers {
      guard try normalizer.keepsStart(of: character) else { return false }
      character = try normalizer.normalize(character)
    }
    return true
  }
}
