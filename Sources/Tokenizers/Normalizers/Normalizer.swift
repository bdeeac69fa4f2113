/// Rewrites text before it is cut into words.
protocol Normalizer: ConfiguredComponent {
  func normalize(_ text: [UInt8]) throws -> [UInt8]

  /// Whether a text that begins with this character still begins where it did. Where not, as after
  /// stripped spaces, what is left doesn't count as the start of a text.
  func keepsStart(of character: [UInt8]) throws -> Bool
}

extension Normalizer {
  func keepsStart(of character: [UInt8]) throws -> Bool { try !normalize(character).isEmpty }
}

/// Every normalizer the tool knows. A new one is one file in `Normalizers` and one line here.
let allNormalizers: [any Normalizer.Type] = [
  BertNormalizer.self,
  ByteLevelNormalizer.self,
  LowercaseNormalizer.self,
  NmtNormalizer.self,
  NormalizerSequence.self,
  PrecompiledNormalizer.self,
  PrependNormalizer.self,
  ReplaceNormalizer.self,
  StripAccentsNormalizer.self,
  StripNormalizer.self,
  UnicodeNormalizer.self,
]

func makeNormalizer(_ component: Component) throws -> any Normalizer {
  let name = try component.type()
  guard let type = allNormalizers.first(where: { $0.names.contains(name) }) else {
    throw component.unsupported("normalizer '\(name)' at '\(component.path)'")
  }
  return try type.init(component)
}
