/// Several normalizers, one after the other.
struct NormalizerSequence: Normalizer {
  static let names = ["Sequence"]

  private let normalizers: [any Normalizer]

  init(_ component: Component) throws {
    normalizers = try component.components("normalizers").map(makeNormalizer)
  }

  var labels: [String] { normalizers.flatMap(\.labels) }

  var notes: [String] { normalizers.flatMap(\.notes) }

  func normalize(_ text: [UInt8]) throws -> [UInt8] {
    try normalizers.reduce(text) { try $1.normalize($0) }
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
