/// Cuts text into words, which the model encodes one by one.
protocol PreTokenizer: ConfiguredComponent {
  func apply(to pieces: inout Pieces) throws
}

/// Every pre-tokenizer the tool knows. A new one is one file in `PreTokenizers` and one line here.
let allPreTokenizers: [any PreTokenizer.Type] = [
  BertPreTokenizer.self,
  ByteLevelPreTokenizer.self,
  CharDelimiterPreTokenizer.self,
  DigitsPreTokenizer.self,
  FixedLengthPreTokenizer.self,
  MetaspacePreTokenizer.self,
  PreTokenizerSequence.self,
  PunctuationPreTokenizer.self,
  SplitPreTokenizer.self,
  WhitespacePreTokenizer.self,
  WhitespaceSplitPreTokenizer.self,
]

func makePreTokenizer(_ component: Component) throws -> any PreTokenizer {
  let name = try component.type()
  guard let type = allPreTokenizers.first(where: { $0.names.contains(name) }) else {
    throw component.unsupported("pre-tokenizer '\(name)' at '\(component.path)'")
  }
  return try type.init(component)
}
