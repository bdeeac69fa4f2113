import Tensors

/// Causal attention with grouped queries: what happens between q, k, v and o.
package struct Attention: Sendable {
  /// Of queries.
  package let heads: Int
  /// Of keys and values; as many consecutive query heads share each as `heads` is a multiple of
  /// this.
  package let keyValueHeads: Int
  /// Features of a head, in queries, keys and values alike.
  package let headDimension: Int
  /// How queries and keys are turned by their positions; nil if they aren't.
  package let rope: RotaryEmbedding?
  /// How many positions a query sees, itself included; nil for all.
  package let window: Int?
  /// What products of queries and keys are multiplied with.
  package let scale: Float
  /// What the scores are capped at by tanh, if they are.
  package let softCap: Float?
  /// What queries, keys and values are clipped to, if they are, before they are turned.
  package let clip: Float?
  /// What queries go through before they are clipped.
  package let queryNorm: Norm?
  /// What keys go through before they are clipped.
  package let keyNorm: Norm?
  /// What is added to the scores by the keys' positions.
  package let linearBiases: LinearBiases?
  /// What queries are multiplied with by their positions.
  package let queryScale: PositionScale?

  /// `scale` nil stands for the root of `headDimension`, inverted.
  package init(
    heads: Int, keyValueHeads: Int, headDimension: Int, rope: RotaryEmbedding?,
    window: Int? = nil, scale: Double? = nil, softCap: Double? = nil, clip: Double? = nil,
    queryNorm: Norm? = nil, keyNorm: Norm? = nil, linearBiases: LinearBiases? = nil,
    queryScale: PositionScale? = nil
  ) {
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.rope = rope
    self.window = window
    self.scale = scale.map { Float($0) } ?? 1 / Float(headDimension).squareRoot()
    self.softCap = softCap.map { Float($0) }
    self.clip = clip.map { Float($0) }
    self.queryNorm = queryNorm
    self.keyNorm = keyNorm
    self.linearBiases = linearBiases
    self.queryScale = queryScale
  }

  func firstVisible(from position: Int) -> Int {
    window.map { max(0, position - $0 + 1) } ?? 0
  }
}
