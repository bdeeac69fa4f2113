/// What a model is made of: names and shapes, no weights.
package struct ModelDescription: Sendable {
  /// The class name in `config.json`, such as "LlamaForCausalLM".
  package var architecture: String
  /// Rows of the embedding and outputs of the head, padding included.
  package let vocabularySize: Int
  /// Features of a token between blocks.
  package let hiddenSize: Int
  /// The longest sequence the model was made for.
  package let maximumPositions: Int
  /// The tensor of token embeddings, (vocabulary, hidden).
  package let embeddingTensor: String
  /// What embeddings are multiplied with.
  package let embeddingScale: Float
  /// In the order they run.
  package private(set) var blocks: [Block]
  /// The norm between the last block and the head.
  package let finalNorm: Norm
  /// The layer that makes logits, (hidden) → (vocabulary).
  package var head: Linear
  /// What logits are multiplied with.
  package let logitScale: Float
  /// What logits are capped at by tanh, if they are.
  package let logitSoftCap: Float?
  /// What a user may not expect, in sentences.
  package var remarks: [String]
  /// Tensors beside the language model, such as those of a vision tower: a converted model gets
  /// them as they are.
  package var companions: [String] = []
  /// The kind of the vision tower among them, as `config.json` names it.
  package var visionType: String?

  package init(
    architecture: String, vocabularySize: Int, hiddenSize: Int, maximumPositions: Int,
    embeddingTensor: String, embeddingScale: Double = 1, blocks: [Block], finalNorm: Norm,
    head: Linear, logitScale: Double = 1, logitSoftCap: Double? = nil, remarks: [String] = []
  ) {
    self.architecture = architecture
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.maximumPositions = maximumPositions
    self.embeddingTensor = embeddingTensor
    self.embeddingScale = Float(embeddingScale)
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head
    self.logitScale = Float(logitScale)
    self.logitSoftCap = logitSoftCap.map { Float($0) }
    self.remarks = remarks
  }

  /// Whether the head's weights are the embeddings.
  package var isTied: Bool { head.weight.tensor == embeddingTensor }

  /// Every linear layer, the head last.
  package var linears: [Linear] { blocks.flatMap(\.linears) + [head] }

  /// Every norm, in order.
  package var norms: [Norm] { blocks.flatMap(\.norms) + [finalNorm] }

  /// The same model with other pathways in the places of these.
  package func mapPathways(_ transform: (Pathway) -> Pathway) -> ModelDescription {
    var copy = self
    copy.blocks = blocks.map { $0.mapPathways(transform) }
    return copy
  }
}

/// A tensor that is kept in floating point when a model is quantized.
package struct PlainTensor: Sendable, Hashable {
  /// The tensor's name in the checkpoint.
  package let tensor: String
  /// The name in what is made of it; nearly always the same.
  package let name: String
  /// The tensor's shape.
  package let shape: [Int]

  init(_ tensor: String, name: String? = nil, shape: [Int]) {
    (self.tensor, self.name, self.shape) = (tensor, name ?? tensor, shape)
  }
}

extension ModelDescription {
  /// Norms and routers, in order: everything that isn't a layer, a bias or the embedding.
  package var plainTensors: [PlainTensor] {
    func parameters(_ norms: [Norm]) -> [PlainTensor] {
      norms.flatMap(\.parameters).map { PlainTensor($0.tensor, shape: $0.shape) }
    }
    let blocks = blocks.flatMap { block in
      parameters(block.norms) + block.branches.flatMap(\.gates)
    }
    return blocks + parameters([finalNorm])
  }

  /// Every tensor the model needs and its shape in the checkpoint, no name twice.
  package var tensors: [(name: String, shape: [Int])] {
    var seen: Set<String> = []
    var list: [(name: String, shape: [Int])] = []
    func add(_ name: String, _ shape: [Int]) {
      if seen.insert(name).inserted { list.append((name, shape)) }
    }
    add(embeddingTensor, [vocabularySize, hiddenSize])
    for tensor in plainTensors { add(tensor.tensor, tensor.shape) }
    for linear in linears {
      add(linear.weight.tensor, linear.weight.shape)
      if let bias = linear.bias { add(bias.tensor, bias.shape) }
    }
    return list
  }
}

extension Branch {
  /// What decides where tokens go and how much of it they get.
  var gates: [PlainTensor] {
    let router = router.map {
      PlainTensor($0.tensor, name: $0.name, shape: [$0.experts, $0.width])
    }
    return [router].compactMap(\.self)
      + pathways.compactMap { pathway in
        guard case .gated(let tensor) = pathway.share else { return nil }
        return PlainTensor(tensor, shape: [1, pathway.readers[0].inputs])
      }
  }
}
