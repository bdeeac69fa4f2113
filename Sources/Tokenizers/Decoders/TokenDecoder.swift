/// Turns tokens back into text; the texts of all tokens, joined, are the result.
protocol TokenDecoder: ConfiguredComponent {
  func decode(_ tokens: [[UInt8]]) -> [[UInt8]]
}

/// Every decoder the tool knows. A new one is one file in `Decoders` and one line here.
let allDecoders: [any TokenDecoder.Type] = [
  BPEDecoder.self,
  ByteFallbackDecoder.self,
  ByteLevelDecoder.self,
  DecoderSequence.self,
  FuseDecoder.self,
  MetaspaceDecoder.self,
  ReplaceDecoder.self,
  StripDecoder.self,
]

func makeDecoder(_ component: Component) throws -> any TokenDecoder {
  let name = try component.type()
  guard let type = allDecoders.first(where: { $0.names.contains(name) }) else {
    throw component.unsupported("decoder '\(name)' at '\(component.path)'")
  }
  return try type.init(component)
}
