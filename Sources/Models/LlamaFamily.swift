import Checkpoints
import Tensors

/// The keys and tensor names that Llama's relatives share.
///
/// An architecture reads a configuration into one of these, changes what it does otherwise, and
/// asks for the description.
struct LlamaFamily {
  let config: ModelConfiguration
  let names: TensorNames
  let hidden: Int
  let heads: Int
  let keyValueHeads: Int
  let headDimension: Int
  let vocabulary: Int
  let maximumPositions: Int
  let blockCount: Int
  /// What norms add to the mean square, or to the variance.
  let epsilon: Double
  /// What makes a norm of a name; root mean square with a weight, as Llama has it.
  var norm: (String) -> Norm
  /// Where a block has norms, and what they are called.
  var norms = BlockNorms()
  /// What the norm in front of the head is called.
  var finalNorm = "norm"
  /// What makes the norm of queries or keys, given its name and the heads.
  var headNorm: ((String, Int) throws -> Norm)?
  /// The names of these norms, in `self_attn`.
  var headNormNames = (query: "q_norm", key: "k_norm")
  var queryKeyValueBias = false
  var outputBias = false
  var feedForwardBias = false
  var headBias = false
  /// The name of the attention layer that writes, in `self_attn`.
  var attentionWriter = "o_proj"
  /// The names of the feed-forward layers that read, and of the one that writes, in `mlp`. Of two
  /// readers the first is the gate.
  var feedForwardNames = (readers: ["gate_proj", "up_proj"], writer: "down_proj")
  /// Whether queries, keys and values are one matrix.
  var isAttentionFused = false
  /// Whether gate and up are one matrix.
  var isFeedForwardFused = false
  var activation: ElementFunction
  /// What products of queries and keys are multiplied with; nil for the usual.
  var attentionScale: Double?
  var attentionSoftCap: Double?
  var attentionClip: Double?
  /// What queries are multiplied with by their position.
  var queryScale: PositionScale?
  /// The attention window of a block.
  var window: (Int) -> Int? = { _ in nil }
  /// The rotary embedding of a block.
  var rope: (Int) -> RotaryEmbedding?
  /// The feed-forward of a block where it isn't a dense one.
  var experts: (Int) throws -> ExpertLayer? = { _ in nil }
  var embeddingScale = 1.0
  /// What attention and feed-forward are multiplied with before they are added.
  var residualScale = 1.0
  var logitScale = 1.0
  var logitSoftCap: Double?

  /// `defaults` are the family's values of keys that may be absent. Without `epsilonKey` it is
  /// always `epsilon`.
  init(
    _ config: ModelConfiguration, _ names: TensorNames, defaults: [String: Int] = [:],
    epsilonKey: String? = "rms_norm_eps", epsilon: Double = 1e-6,
    activationKey: String = "hidden_act", activation: String = "silu",
    rope defaultRope: RotaryDefaults = RotaryDefaults()
  ) throws {
    self.config = config
    self.names = names
    hidden = try config.positiveInt("hidden_size", default: defaults["hidden_size"])
    heads = try config.positiveInt(
      "num_attention_heads", default: defaults["num_attention_heads"],
      atMost: ModelConfiguration.mostHeads)
    keyValueHeads = try config.positiveInt(
      "num_key_value_heads", default: defaults["num_key_value_heads"] ?? heads)
    guard heads % keyValueHeads == 0 else {
      throw ModelError.contradiction(
        "\(heads) attention heads can't share \(keyValueHeads) key-value heads evenly "
          + "(num_attention_heads, num_key_value_heads)", file: config.file)
    }
    headDimension = try config.positiveInt(
      "head_dim", default: defaults["head_dim"] ?? max(hidden / heads, 1),
      atMost: ModelConfiguration.largestSize / heads)
    vocabulary = try config.positiveInt("vocab_size", default: defaults["vocab_size"])
    maximumPositions = try config.positiveInt(
      "max_position_embeddings", default: defaults["max_position_embeddings"] ?? 2048)
    blockCount = try config.blockCount(names, default: defaults["num_hidden_layers"])
    let epsilon = try epsilonKey.map { try config.positiveDouble($0, default: epsilon) } ?? epsilon
    self.epsilon = epsilon
    norm = { [hidden] in Norm($0, width: hidden, epsilon: epsilon) }
    self.activation = try config.activation(activationKey, default: activation)
    let rope = try RotaryEmbedding(
      config, headDimension: headDimension, maximumPositions: maximumPositions,
      defaults: defaultRope)
    self.rope = { _ in rope }
    self.defaults = defaults
  }

  private let defaults: [String: Int]

  func description(architecture: String) throws -> ModelDescription {
    let embedding = "\(names.body).embed_tokens.weight"
    let isStored = names.hasLayer(names.head)
    return ModelDescription(
      architecture: architecture,
      vocabularySize: vocabulary,
      hiddenSize: hidden,
      maximumPositions: rope(0)?.reach(from: maximumPositions) ?? maximumPositions,
      embeddingTensor: embedding, embeddingScale: embeddingScale,
      blocks: try (0..<blockCount).map(block),
      finalNorm: norm("\(names.body).\(finalNorm)"),
      // A stored head is used whatever the flag says, and a missing one means the embeddings: files
      // of both kinds exist.
      head: Linear(
        names.head, in: hidden, out: vocabulary, bias: headBias,
        weightTensor: isStored ? nil : embedding),
      logitScale: logitScale, logitSoftCap: logitSoftCap,
      remarks: try config.remarksOnTying(isStored: isStored))
  }

  private func block(_ index: Int) throws -> Block {
    let name = "\(names.body).layers.\(index)"
    let experts = try experts(index)
    let attention = Branch(
      norm: norm(name, norms.attention), pathways: [try attention(index, in: name)],
      outputNorm: norm(name, norms.attentionOutput), outputScale: Float(residualScale))
    let feedForward = Branch(
      norm: norm(name, norms.feedForward), router: experts?.router,
      pathways: try experts?.pathways ?? [feedForward(in: name)],
      outputNorm: norm(name, norms.feedForwardOutput), outputScale: Float(residualScale))
    return Block(name: name, index: index, sublayers: norms.sublayers(attention, feedForward))
  }

  private func norm(_ block: String, _ name: String?) -> Norm? {
    name.map { norm("\(block).\($0)") }
  }

  private func attention(_ index: Int, in block: String) throws -> Pathway {
    let name = "\(block).self_attn"
    let (queries, keys) = (heads * headDimension, keyValueHeads * headDimension)
    let outputs = [("q_proj", queries), ("k_proj", keys), ("v_proj", keys)]
    return try Pathway(
      readers: isAttentionFused
        ? [.fused("\(name).qkv_proj", outputs, of: name, in: hidden, bias: queryKeyValueBias)]
        : outputs.map {
          Linear("\(name).\($0.0)", in: hidden, out: $0.1, bias: queryKeyValueBias)
        },
      mixer: .attention(
        Attention(
          heads: heads, keyValueHeads: keyValueHeads, headDimension: headDimension,
          rope: rope(index), window: window(index), scale: attentionScale,
          softCap: attentionSoftCap, clip: attentionClip,
          queryNorm: headNorm?("\(name).\(headNormNames.query)", heads),
          keyNorm: headNorm?("\(name).\(headNormNames.key)", keyValueHeads),
          queryScale: queryScale)),
      writer: Linear("\(name).\(attentionWriter)", in: queries, out: hidden, bias: outputBias))
  }

  private func feedForward(in block: String) throws -> Pathway {
    let name = "\(block).mlp"
    let width = try config.positiveInt(
      "intermediate_size", default: defaults["intermediate_size"])
    let readers = feedForwardNames.readers
    return Pathway(
      readers: isFeedForwardFused
        ? [
          .fused(
            "\(name).gate_up_proj", readers.map { ($0, width) }, of: name, in: hidden,
            bias: feedForwardBias)
        ]
        : readers.map {
          Linear("\(name).\($0)", in: hidden, out: width, bias: feedForwardBias)
        },
      mixer: readers.count == 2 ? .gated(activation) : .plain(activation),
      writer: Linear(
        "\(name).\(feedForwardNames.writer)", in: width, out: hidden, bias: feedForwardBias))
  }
}

extension Linear {
  /// Projections whose rows stand one after the other in one matrix; `name` is that of the matrix.
  static func fused(
    _ name: String, _ parts: [(role: String, outputs: Int)], of module: String, in inputs: Int,
    bias: Bool
  ) -> Linear {
    var start = 0
    let parts = parts.map { role, outputs in
      defer { start += outputs }
      return Part("\(module).\(role)", rows: RowRuns(start..<start + outputs))
    }
    return Linear(name, in: inputs, out: start, bias: bias, parts: parts)
  }
}
