import Checkpoints
import Formats
import Foundation
import Models
import Tokenizers

/// What this program understands of a model folder.
package struct ModelInspection: Sendable, Encodable {
  /// As it was given.
  package let folder: String
  /// The class name in `config.json`.
  package let architecture: String
  /// The name of the family in `config.json`, if it is there.
  package let modelType: String?
  package let hiddenSize: Int
  package let vocabularySize: Int
  /// The longest sequence the model was made for.
  package let maximumPositions: Int
  /// Blocks that are alike, in the order of the first of each kind.
  package let blocks: [BlockKind]
  package let head: LayerFacts
  /// What is in front of the first block and behind the head.
  package let frame: Frame
  package let parameters: ParameterCounts
  package let storage: Storage
  /// The format that the folder is quantized in; nil for an original.
  package let quantization: Quantization?
  /// Output formats that can hold the model.
  package let formats: [String]
  package let tokenizer: TokenizerFacts?
  /// What a user may not expect, in sentences.
  package let unusual: [String]

  /// What happens to embeddings and logits.
  package struct Frame: Sendable, Encodable {
    /// What embeddings are multiplied with.
    package let embeddingScale: Float
    /// The kind of the norm in front of the head.
    package let finalNorm: String
    /// What logits are multiplied with.
    package let logitScale: Float
    /// What logits are capped at.
    package let logitSoftCap: Float?
    package let isTied: Bool

    /// For people, what is unusual.
    package var words: [String] {
      let words: [String?] = [
        isTied ? "the embeddings" : nil,
        finalNorm == "RMS" ? nil : "\(finalNorm) norm in front",
        embeddingScale == 1 ? nil : "embeddings times \(embeddingScale)",
        logitScale == 1 ? nil : "logits times \(logitScale)",
        logitSoftCap.map { "logits capped at \($0)" },
      ]
      return words.compactMap(\.self)
    }

    enum CodingKeys: String, CodingKey {
      case embeddingScale = "embedding_scale"
      case finalNorm = "final_norm"
      case logitScale = "logit_scale"
      case logitSoftCap = "logit_soft_cap"
      case isTied = "is_tied"
    }
  }

  /// Blocks with the same structure.
  package struct BlockKind: Sendable, Encodable {
    /// Counted from 0.
    package var indices: [Int]
    package let structure: BlockFacts
  }

  /// How many numbers the model consists of.
  package struct ParameterCounts: Sendable, Encodable {
    package let total: Int
    /// In linear layers, the head included unless it is tied.
    package let linear: Int
    package let embedding: Int
    /// In norms, biases and routers.
    package let other: Int
    /// In linear layers that a token goes through: all but the experts it isn't sent to.
    package let activeLinear: Int
    /// What bits per weight are over: the linear layers, the head included even if it is tied.
    package let counted: Int
  }

  /// What the folder's weights take.
  package struct Storage: Sendable, Encodable {
    package let bytes: Int
    package let tensors: Int
    /// The number formats, the one that takes most first.
    package let types: [TypeShare]

    /// What the tensors of one number format take.
    package struct TypeShare: Sendable, Encodable {
      /// As safetensors files name it, such as "BF16".
      package let type: String
      package let bytes: Int
    }
  }

  /// What a quantized folder's linear layers take.
  package struct Quantization: Sendable, Encodable {
    package let format: String
    package let bitsPerWeight: Double

    enum CodingKeys: String, CodingKey {
      case format
      case bitsPerWeight = "bits_per_weight"
    }
  }

  enum CodingKeys: String, CodingKey {
    case folder, architecture, blocks, head, frame, parameters, storage, quantization, formats,
      tokenizer
    case unusual
    case modelType = "model_type"
    case hiddenSize = "hidden_size"
    case vocabularySize = "vocabulary_size"
    case maximumPositions = "maximum_positions"
  }
}

extension ModelInspection {
  /// Reads the headers of a folder, its configuration and its tokenizer. Weights aren't read.
  ///
  /// Throws what `OpenedModel` throws; a tokenizer that can't be used is told among what is unusual.
  package init(_ opened: OpenedModel, folder: String) throws {
    let checkpoint = opened.checkpoint
    let model = opened.model.description
    self.folder = folder
    architecture = model.architecture
    modelType = try checkpoint.configuration.modelType
    hiddenSize = model.hiddenSize
    vocabularySize = model.vocabularySize
    maximumPositions = model.maximumPositions
    blocks = Self.kinds(of: model.blocks)
    head = LayerFacts(model.head, name: model.head.name)
    frame = Frame(
      embeddingScale: model.embeddingScale, finalNorm: model.finalNorm.words,
      logitScale: model.logitScale, logitSoftCap: model.logitSoftCap, isTied: model.isTied)
    parameters = ParameterCounts(model)
    let stored = try checkpoint.tensorNames.map { try checkpoint.description(of: $0) }
    storage = Storage(stored)
    quantization = try opened.format.map { format in
      let bits = try format.storedBits(of: checkpoint, model)
      let weights = model.linears.reduce(0) { $0 + $1.weightCount }
      return Quantization(format: format.name, bitsPerWeight: Double(bits) / Double(weights))
    }
    formats = allOutputFormats.filter { (try? $0.check(model)) != nil }.map(\.name)
    var unusual = model.remarks
    if let first = model.companions.first, opened.format == nil {
      unusual.append(
        "\(model.companions.count) tensors beside the language model, such as '\(first)', are "
          + "copied as they are when it is converted")
    }
    do {
      let found = try Tokenizer(directory: checkpoint.directory)
      tokenizer = TokenizerFacts(found.summary)
      unusual += found.notes
      if let tokenizer, tokenizer.largestID >= model.vocabularySize {
        unusual.append(
          "the tokenizer has ids up to \(tokenizer.largestID), but the model only "
            + "\(model.vocabularySize) embeddings")
      }
    } catch {
      tokenizer = nil
      unusual.append(
        "without a tokenizer the model can't be measured or converted. \(error.localizedDescription)"
      )
    }
    if opened.format == nil {
      for format in allOutputFormats {
        do { try format.check(model) } catch { unusual.append(error.localizedDescription) }
        unusual += format.remarks(on: model)
      }
    }
    self.unusual = unusual
  }

  private static func kinds(of blocks: [Block]) -> [BlockKind] {
    var kinds: [BlockKind] = []
    for block in blocks {
      let facts = BlockFacts(block)
      if let same = kinds.firstIndex(where: { $0.structure == facts }) {
        kinds[same].indices.append(block.index)
      } else {
        kinds.append(BlockKind(indices: [block.index], structure: facts))
      }
    }
    return kinds
  }
}

extension ModelInspection.Storage {
  fileprivate init(_ stored: [TensorDescription]) {
    let bytesByType = stored.reduce(into: [:]) { $0[$1.dtype, default: 0] += $1.byteCount }
    bytes = bytesByType.values.reduce(0, +)
    tensors = stored.count
    types = bytesByType.map { TypeShare(type: $0.key.rawValue, bytes: $0.value) }
      .sorted { ($1.bytes, $0.type) < ($0.bytes, $1.type) }
  }
}

extension ModelInspection.ParameterCounts {
  fileprivate init(_ model: ModelDescription) {
    let layers = model.blocks.flatMap(\.linears) + (model.isTied ? [] : [model.head])
    linear = layers.reduce(0) { $0 + $1.weightCount }
    counted = model.linears.reduce(0) { $0 + $1.weightCount }
    embedding = model.vocabularySize * model.hiddenSize
    other =
      model.plainTensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
      + model.linears.reduce(0) { $0 + ($1.hasBias ? $1.outputs : 0) }
    total = linear + embedding + other
    let idle = model.blocks.flatMap(\.branches).reduce(0) { sum, branch in
      guard let router = branch.router else { return sum }
      let experts = branch.pathways.filter(\.isRouted)
      let weights = experts.flatMap(\.linears).reduce(0) { $0 + $1.weightCount }
      return sum + weights / router.experts * (router.experts - router.chosen)
    }
    activeLinear = linear - idle
  }

  enum CodingKeys: String, CodingKey {
    case total, linear, embedding, other, counted
    case activeLinear = "active_linear"
  }
}

/// What a tokenizer is made of.
package struct TokenizerFacts: Sendable, Encodable {
  package let model: String
  package let tokens: Int
  package let largestID: Int
  package let specialTokens: Int
  package let bos: String?
  package let bosID: Int32?
  package let eos: String?
  package let eosID: Int32?
  package let normalizers: [String]
  package let preTokenizers: [String]

  init(_ summary: TokenizerSummary) {
    model = summary.model
    tokens = summary.tokenCount
    largestID = summary.idLimit - 1
    specialTokens = summary.specialTokenCount
    (bos, bosID) = (summary.bos?.text, summary.bos?.id)
    (eos, eosID) = (summary.eos?.text, summary.eos?.id)
    normalizers = summary.normalizers
    preTokenizers = summary.preTokenizers
  }

  enum CodingKeys: String, CodingKey {
    case model, tokens, bos, eos, normalizers
    case largestID = "largest_id"
    case specialTokens = "special_tokens"
    case bosID = "bos_id"
    case eosID = "eos_id"
    case preTokenizers = "pre_tokenizers"
  }
}
