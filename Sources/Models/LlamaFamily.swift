import Checkpoints

/// The keys and tensor names that Llama's relatives share.
///
/// An architecture says in which settings it departs from Llama; this reads the rest.
struct LlamaFamily {
  private let config: ModelConfiguration
  private let hidden: Int
  private let heads: Int
  private let keyValueHeads: Int
  private let headDimension: Int
  private let epsilon: Double
  private let queryKeyValueBias: Bool
  private let outputBias: Bool
  private let feedForwardBias: Bool
  private let window: (Int) -> Int?

  /// `defaultKeyValueHeads` is the family's when the key is absent; nil for one per head.
  /// `window` gives a block's attention window by its index.
  init(
    _ config: ModelConfiguration, defaultKeyValueHeads: Int? = nil,
    queryKeyValueBias: Bool = false, outputBias: Bool = false, feedForwardBias: Bool = false,
    window: @escaping (Int) -> Int? = { _ in nil }
  ) throws {
    self.config = config
    hidden = try config.positiveInt("hidden_size")
    heads = try config.positiveInt("num_attention_heads")
    keyValueHeads = try config.positiveInt(
      "num_key_value_heads", default: defaultKeyValueHeads ?? heads)
    guard heads % keyValueHeads == 0 else {
      throw ModelError.contradiction(
        "\(heads) attention heads can't share \(keyValueHeads) key-value heads evenly "
          + "(num_attention_heads, num_key_value_heads)")
    }
    headDimension = try config.positiveInt("head_dim", default: max(hidden / heads, 1))
    guard headDimension % 2 == 0 else {
      throw ModelError.unsupported(
        setting: "head_dim", value: "\(headDimension)", known: ["even numbers"], file: config.file)
    }
    epsilon = try config.positiveDouble("rms_norm_eps", default: 1e-6)
    self.queryKeyValueBias = queryKeyValueBias
    self.outputBias = outputBias
    self.feedForwardBias = feedForwardBias
    self.window = window
  }

  func description(architecture: String, storedTensors: Set<String>) throws -> ModelDescription {
    let vocabulary = try config.positiveInt("vocab_size")
    let maximumPositions = try config.positiveInt("max_position_embeddings", default: 2048)
    let rope = try RotaryEmbedding(
      config, dimensions: headDimension, maximumPositions: maximumPositions)
    let activation = try activation()
    let intermediate = try config.positiveInt("intermediate_size")
    let embedding = "model.embed_tokens.weight"
    return ModelDescription(
      architecture: architecture,
      vocabularySize: vocabulary,
      hiddenSize: hidden,
      maximumPositions: rope.reach(from: maximumPositions),
      embeddingTensor: embedding,
      blocks: try (0..<blockCount(storedTensors)).map {
        block($0, intermediate: intermediate, rope: rope, activation: activation)
      },
      finalNorm: RMSNorm("model.norm", width: hidden, epsilon: epsilon),
      head: Linear(
        "lm_head", in: hidden, out: vocabulary,
        weightTensor: isTied(storedTensors) ? embedding : nil))
  }

  /// Fewer blocks than stored tensors, or the folder can't hold them.
  private func blockCount(_ storedTensors: Set<String>) throws -> Int {
    let count = try config.positiveInt("num_hidden_layers")
    guard count < max(storedTensors.count, 1) else {
      throw ModelError.contradiction(
        "num_hidden_layers is \(count), but the folder has only \(storedTensors.count) tensors")
    }
    return count
  }

  private func block(
    _ index: Int, intermediate: Int, rope: RotaryEmbedding, activation: Activation
  ) -> Block {
    let name = "model.layers.\(index)"
    let (queries, keys) = (heads * headDimension, keyValueHeads * headDimension)
    func attention(_ role: String, in inputs: Int, out outputs: Int, bias: Bool) -> Linear {
      Linear("\(name).self_attn.\(role)", in: inputs, out: outputs, bias: bias)
    }
    func feedForward(_ role: String, in inputs: Int, out outputs: Int) -> Linear {
      Linear("\(name).mlp.\(role)", in: inputs, out: outputs, bias: feedForwardBias)
    }
    return Block(
      name: name, index: index,
      sublayers: [
        Sublayer(
          norm: RMSNorm("\(name).input_layernorm", width: hidden, epsilon: epsilon),
          readers: [
            attention("q_proj", in: hidden, out: queries, bias: queryKeyValueBias),
            attention("k_proj", in: hidden, out: keys, bias: queryKeyValueBias),
            attention("v_proj", in: hidden, out: keys, bias: queryKeyValueBias),
          ],
          mixer: .attention(
            Attention(
              heads: heads, keyValueHeads: keyValueHeads, headDimension: headDimension,
              rope: rope, window: window(index))),
          writer: attention("o_proj", in: queries, out: hidden, bias: outputBias)),
        Sublayer(
          norm: RMSNorm("\(name).post_attention_layernorm", width: hidden, epsilon: epsilon),
          readers: [
            feedForward("gate_proj", in: hidden, out: intermediate),
            feedForward("up_proj", in: hidden, out: intermediate),
          ],
          mixer: .gated(activation),
          writer: feedForward("down_proj", in: intermediate, out: hidden)),
      ])
  }

  private func activation() throws -> Activation {
    let name = try config.string("hidden_act", default: "silu")
    guard let activation = Activation(rawValue: name == "swish" ? "silu" : name) else {
      throw ModelError.unsupported(
        setting: "hidden_act", value: name, known: ["silu"], file: config.file)
    }
    return activation
  }

  /// A stored head is used whatever the flag says, and a missing one means the embeddings: files of
  /// both kinds exist.
  private func isTied(_ storedTensors: Set<String>) -> Bool {
    !storedTensors.contains("lm_head.weight") && !storedTensors.contains("lm_head.q_weight")
  }
}
