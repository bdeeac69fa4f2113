/// Puts a text before every text that is not empty.
struct PrependNormalizer: Normalizer {
  static let names = ["Prepend"]

  private let prefix: [UInt8]

  init(_ component: Component) throws { prefix = try component.bytes("prepend") }

  func normalize(_ text: [UInt8]) -> [UInt8] { text.isEmpty ? text : prefix + text }
}
