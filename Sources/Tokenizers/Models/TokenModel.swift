/// Encodes words as tokens: the part of a tokenizer that was trained.
protocol TokenModel: ConfiguredComponent {
  var vocabulary: Vocabulary { get }

  /// Appends the ids of every piece.
  func encode(_ pieces: Pieces, into ids: inout [Int32]) throws

  /// What the model is, for people.
  var label: String { get }
}

extension TokenModel {
  var label: String { Self.names.first ?? "" }
}

/// Every model the tool knows. A new one is one file in `Models` and one line here.
let allModels: [any TokenModel.Type] = [
  BPE.self,
  Unigram.self,
  WordLevel.self,
]

func makeModel(_ component: Component) throws -> any TokenModel {
  let name = try component.type()
  guard let type = allModels.first(where: { $0.names.contains(name) }) else {
    throw component.unsupported("tokenizer model '\(name)'")
  }
  return try type.init(component)
}
