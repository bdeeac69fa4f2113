import Checkpoints
import Tensors

/// What GPT-NeoX and Falcon have in common: norms with mean and bias, queries, keys and values in one
/// matrix, and a feed-forward without a gate, mostly beside attention.
struct GPTFamily {
  let config: ModelConfiguration
  let vocabulary: Int
  /// Longest sequence the model was made for.
  let positions: Int
  let hidden: Int
  let heads: Int
  let keyValueHeads: Int
  let norm: (String) -> Norm
  /// Features inside the feed-forward.
  let width: Int
  let activation: ElementFunction
  let rope: RotaryEmbedding?
  /// What stands in for a rotary embedding.
  let linearBiases: LinearBiases?
  /// The module that attention is in.
  let attentionName: String
  let hasAttentionBias: Bool
  let hasFeedForwardBias: Bool
  /// Where a block has norms, and whether its halves run side by side.
  let norms: BlockNorms

  /// Throws `ModelError` if heads can't share the width evenly.
  init(
    _ config: ModelConfiguration, positions: Int, hidden: Int, heads: Int, keyValueHeads: Int,
    width: Int, epsilonKey: String, activationKey: String, rope: RotaryEmbedding?,
    attentionName: String, attentionBias: Bool, feedForwardBias: Bool, norms: BlockNorms
  ) throws {
    guard hidden % heads == 0, heads % keyValueHeads == 0 else {
      throw ModelError.contradiction(
        "\(heads) heads can't share a width of \(hidden) and \(keyValueHeads) key-value heads "
          + "evenly", file: config.file)
    }
    self.config = config
    vocabulary = try config.positiveInt("vocab_size")
    self.positions = positions
    self.hidden = hidden
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    let epsilon = try config.positiveDouble(epsilonKey, default: 1e-5)
    norm = { Norm($0, .standardDeviation, width: hidden, epsilon: epsilon, hasBias: true) }
    self.width = width
    activation = try config.activation(activationKey, default: "gelu")
    self.rope = rope
    linearBiases = rope == nil ? LinearBiases(heads: heads) : nil
    self.attentionName = attentionName
    hasAttentionBias = attentionBias
    hasFeedForwardBias = feedForwardBias
    self.norms = norms
  }

  /// `stack` is what the blocks' names begin with, such as "transformer.h". Without a stored `head` it
  /// is the embeddings under that name.
  func description(
    architecture: String, embedding: String, stack: String, blockCount: Int, finalNorm: String,
    head: String, isHeadStored: Bool
  ) throws -> ModelDescription {
    ModelDescription(
      architecture: architecture, vocabularySize: vocabulary, hiddenSize: hidden,
      maximumPositions: positions, embeddingTensor: embedding,
      blocks: (0..<blockCount).map { block("\(stack).\($0)", $0) },
      finalNorm: norm(finalNorm),
      head: Linear(
        head, in: hidden, out: vocabulary, weightTensor: isHeadStored ? nil : embedding),
      remarks: try config.remarksOnTying(isStored: isHeadStored))
  }

  private func block(_ name: String, _ index: Int) -> Block {
    let attention = Branch(
      norm: norms.attention.map { norm("\(name).\($0)") }, pathways: [attention(in: name)])
    let feedForward = Branch(
      norm: norms.feedForward.map { norm("\(name).\($0)") }, pathways: [feedForward(in: name)])
    return Block(name: name, index: index, sublayers: norms.sublayers(attention, feedForward))
  }

  private func attention(in block: String) -> Pathway {
    let name = "\(block).\(attentionName)"
    let head = hidden / heads
    return Pathway(
      readers: [
        Linear(
          "\(name).query_key_value", in: hidden, out: (heads + 2 * keyValueHeads) * head,
          bias: hasAttentionBias, parts: parts(of: name))
      ],
      mixer: .attention(
        Attention(
          heads: heads, keyValueHeads: keyValueHeads, headDimension: head, rope: rope,
          linearBiases: linearBiases)),
      writer: Linear("\(name).dense", in: hidden, out: hidden, bias: hasAttentionBias))
  }

  /// Where queries, keys and values are in the fused matrix: for every key the queries that share
  /// it, then the key, then its value. With one key that is all queries, the key, the value; with as
  /// many keys as queries it is head by head.
  private func parts(of attention: String) -> [Linear.Part] {
    let head = hidden / heads
    let shared = heads / keyValueHeads
    func part(_ role: String, from first: Int, heads count: Int) -> Linear.Part {
      .init(
        "\(attention).\(role)",
        rows: RowRuns(
          first: first * head, width: count * head, period: (shared + 2) * head,
          count: keyValueHeads))
    }
    return [
      part("q_proj", from: 0, heads: shared), part("k_proj", from: shared, heads: 1),
      part("v_proj", from: shared + 1, heads: 1),
    ]
  }

  private func feedForward(in block: String) -> Pathway {
    Pathway(
      readers: [
        Linear("\(block).mlp.dense_h_to_4h", in: hidden, out: width, bias: hasFeedForwardBias)
      ],
      mixer: .plain(activation),
      writer: Linear(
        "\(block).mlp.dense_4h_to_h", in: width, out: hidden, bias: hasFeedForwardBias))
  }
}
