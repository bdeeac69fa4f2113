/// Several normalizers, one after the other.
struct NormalizerSequence: Normalizer {
  static let names = ["Sequence"]

  private let normalizers: [any Normalizer]

  init(_ component: Component) throws {
    normalizers = try component.components("normalizers").map(makeNormalizer)
  }

  func normalize(_ text: [UInt8]) -> [UInt8] {
    normalizers.reduce(text) { $1.normalize($0) }
  }
}
