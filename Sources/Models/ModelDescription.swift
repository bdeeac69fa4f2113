/// What a model is made of: names and shapes, no weights.
package struct ModelDescription: Sendable {
  /// The class name in `config.json`, such as "LlamaForCausalLM".
  package let architecture: String
  /// Rows of the embedding and outputs of the head, padding included.
  package let vocabularySize: Int
  /// Features of a token between blocks.
  package let hiddenSize: Int
  /// The longest sequence the model was made for.
  package let maximumPositions: Int
  /// The tensor of token embeddings, (vocabulary, hidden).
  package let embeddingTensor: String
  /// In the order they run.
  package let blocks: [Block]
  /// The norm between the last block and the head.
  package let finalNorm: RMSNorm
  /// The layer that makes logits, (hidden) → (vocabulary).
  package let head: Linear

  package init(
    architecture: String, vocabularySize: Int, hiddenSize: Int, maximumPositions: Int,
    embeddingTensor: String, blocks: [Block], finalNorm: RMSNorm, head: Linear
  ) {
    self.architecture = architecture
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.maximumPositions = maximumPositions
    self.embeddingTensor = embeddingTensor
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head
  }

  /// Whether the head's weights are the embeddings.
  package var isTied: Bool { head.weightTensor == embeddingTensor }

  /// Every linear layer, the head last.
  package var linears: [Linear] { blocks.flatMap(\.linears) + [head] }

  /// Every norm, in order.
  package var norms: [RMSNorm] { blocks.flatMap { $0.sublayers.map(\.norm) } + [finalNorm] }

  /// Every tensor the model needs and its shape in the checkpoint.
  package var tensors: [(name: String, shape: [Int])] {
    var list = [(name: embeddingTensor, shape: [vocabularySize, hiddenSize])]
    list += norms.map { ($0.tensor, [$0.width]) }
    for linear in linears {
      if linear.weightTensor != embeddingTensor {
        list.append((linear.weightTensor, [linear.outputs, linear.inputs]))
      }
      if let bias = linear.biasTensor { list.append((bias, [linear.outputs])) }
    }
    return list
  }
}
