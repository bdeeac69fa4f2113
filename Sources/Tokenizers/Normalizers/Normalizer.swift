/// Rewrites text before it is cut into words.
protocol Normalizer: ConfiguredComponent {
  func normalize(_ text: [UInt8]) throws -> [UInt8]
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
