/// Adds the tokens that frame a text, such as BOS.
protocol PostProcessor: ConfiguredComponent {
  func process(_ ids: [Int32]) -> [Int32]
}

/// Every post-processor the tool knows. A new one is one file in `PostProcessors` and one line
/// here.
let allPostProcessors: [any PostProcessor.Type] = [
  ByteLevelPostProcessor.self,
  ClassificationPostProcessor.self,
  PostProcessorSequence.self,
  TemplatePostProcessor.self,
]

func makePostProcessor(_ component: Component) throws -> any PostProcessor {
  let name = try component.type()
  guard let type = allPostProcessors.first(where: { $0.names.contains(name) }) else {
    throw component.unsupported("post-processor '\(name)' at '\(component.path)'")
  }
  return try type.init(component)
}
