import Foundation

/// What every way of quantizing every layer of a model costs in bits and loses in accuracy.
///
/// Errors are kept per calibration row, so that another estimator or another mix of texts needs
/// no other measurement.
package struct Measurement: Equatable, Sendable {
  /// What was measured.
  package var model: Model
  /// What it was measured on.
  package var calibration: Calibration
  /// How it was measured.
  package var settings: Settings
  /// What the model takes besides its layers; nil where that isn't known.
  package var storage: Storage?
  /// Every linear layer, no name twice.
  package var layers: [MeasuredLayer]

  package init(
    model: Model, calibration: Calibration, settings: Settings, storage: Storage? = nil,
    layers: [MeasuredLayer]
  ) {
    self.model = model
    self.calibration = calibration
    self.settings = settings
    self.storage = storage
    self.layers = layers
  }

  /// What a converted model takes besides its quantized layers.
  package struct Storage: Codable, Equatable, Sendable {
    /// Tensors that aren't quantized (embeddings, norms, routers), in the output format.
    package var unquantizedBytes: Int
    /// The files' headers, at most.
    package var headerBytes: Int
    /// What is kept for every token of a context: numbers per block, and how many tokens a block
    /// that looks back no farther keeps.
    package var cache: [Cache]

    /// Keys and values of blocks that are alike.
    package struct Cache: Codable, Equatable, Sendable {
      package var blocks: Int
      /// Keys and values of one token in one block.
      package var numbersPerToken: Int
      /// Tokens that are kept, nil for all.
      package var window: Int?

      package init(blocks: Int, numbersPerToken: Int, window: Int?) {
        self.blocks = blocks
        self.numbersPerToken = numbersPerToken
        self.window = window
      }

      private enum CodingKeys: String, CodingKey {
        case blocks, window
        case numbersPerToken = "numbers_per_token"
      }
    }

    package init(unquantizedBytes: Int, headerBytes: Int, cache: [Cache]) {
      self.unquantizedBytes = unquantizedBytes
      self.headerBytes = headerBytes
      self.cache = cache
    }

    /// What the weight files hold besides the layers.
    package var fileBytes: Int { unquantizedBytes + headerBytes }

    /// What keys and values of so many tokens take.
    package func cacheBytes(tokens: Int, bits: Int) -> Int {
      // A file may name any numbers; beyond a million gigabytes they are all the same.
      let bytes = cache.reduce(0.0) {
        let kept = Double($1.numbersPerToken) * Double(min(tokens, $1.window ?? tokens))
        return $0 + Double($1.blocks) * (kept * Double(bits) / 8).rounded(.up)
      }
      return Int(min(bytes, 0x1p50))
    }

    private enum CodingKeys: String, CodingKey {
      case cache
      case unquantizedBytes = "unquantized_bytes"
      case headerBytes = "header_bytes"
    }
  }

  /// The model that was measured.
  package struct Model: Codable, Equatable, Sendable {
    /// The class name in `config.json`, such as "LlamaForCausalLM".
    package var architecture: String
    /// Transformer blocks; the head isn't one.
    package var blocks: Int
    /// Weights in all measured layers together.
    package var weights: Int
    /// Tells whether a checkpoint is the one that was measured.
    package var fingerprint: String

    package init(architecture: String, blocks: Int, weights: Int, fingerprint: String) {
      self.architecture = architecture
      self.blocks = blocks
      self.weights = weights
      self.fingerprint = fingerprint
    }
  }

  /// The text that the model ran on.
  package struct Calibration: Codable, Equatable, Sendable {
    /// How many rows there were, the random ones included.
    package var rows: Int
    /// Tokens in each row.
    package var tokens: Int
    /// What the choice of rows, the random ones and the sketches depend on.
    package var seed: UInt64
    /// Paths of the text files, or "built-in".
    package var sources: [String]
    /// The kinds of text among the rows, such as languages or domains.
    package var strata: [String]
    /// For every row the index of its kind.
    package var rowStrata: [Int]
    /// For every row the number of the document in which it begins, unique across files; a random
    /// row is one of its own. Nil in measurements that don't say: then every row counts as one.
    package var rowDocuments: [Int]?
    /// Rows of random tokens among them.
    package var randomRows: Int
    /// Tells whether rows are those that were measured.
    package var fingerprint: String

    package init(
      rows: Int, tokens: Int, seed: UInt64, sources: [String], strata: [String],
      rowStrata: [Int], rowDocuments: [Int]? = nil, randomRows: Int, fingerprint: String
    ) {
      self.rows = rows
      self.tokens = tokens
      self.seed = seed
      self.sources = sources
      self.strata = strata
      self.rowStrata = rowStrata
      self.rowDocuments = rowDocuments
      self.randomRows = randomRows
      self.fingerprint = fingerprint
    }

    enum CodingKeys: String, CodingKey {
      case rows, tokens, seed, sources, strata, fingerprint
      case rowStrata = "row_strata"
      case rowDocuments = "row_documents"
      case randomRows = "random_rows"
    }
  }

  /// How the layers were quantized.
  package struct Settings: Codable, Equatable, Sendable {
    /// The output format whose options were measured, such as "exl2".
    package var format: String
    /// The options file.
    package var menu: String
    /// Added to the Hessian's diagonal, as a multiple of its mean; nil for what suits the number of
    /// tokens.
    package var damping: Double?
    /// Combinations of a row's tokens that its share of the error was estimated from; 0 for all
    /// tokens.
    package var sketch: Int
    /// The implementation that did the arithmetic.
    package var kernel: String

    package init(format: String, menu: String, damping: Double?, sketch: Int, kernel: String) {
      self.format = format
      self.menu = menu
      self.damping = damping
      self.sketch = sketch
      self.kernel = kernel
    }
  }
}

/// One linear layer with everything that was tried on it.
package struct MeasuredLayer: Codable, Equatable, Sendable {
  /// The full name, such as "model.layers.0.self_attn.q_proj".
  package var name: String
  /// The block it belongs to, `nil` for the head.
  package var block: Int?
  /// What it does in its block, such as "q_proj".
  package var role: String
  /// Input features.
  package var inputs: Int
  /// Outputs, without the padding that a format adds.
  package var outputs: Int
  /// The squared Frobenius norm of the layer's output.
  package var reference: [Float]  // (rows)
  /// The squared norm of the residual stream behind the layer's sublayer. For the head, that of the
  /// logits, each token's mean subtracted: what all logits have in common changes no prediction.
  package var residual: [Float]?  // (rows)
  /// How the squared error of the layer's output reaches that place: 1 for layers that write to it;
  /// for the layers before them, the ratio that one option showed.
  package var gain: Double?
  /// Calibration tokens that went through the layer, where that isn't all of them: an expert gets
  /// those that are sent to it.
  package var tokens: Int?
  /// Average tokens of its block's experts that were added, because its own were too few to tell how
  /// its inputs correlate. Errors and `reference` count for its own alone, or, if there were none, as
  /// for one token.
  package var borrowedTokens: Int?
  /// The layers that this stands for where several share one decision: their options are listed
  /// with each of its own, and `inputs` times `outputs` are the weights of all.
  package var members: [String]?
  /// At least one, no name twice.
  package var options: [MeasuredOption]

  /// Weights of the matrix; a bias isn't counted.
  package var weights: Int { inputs * outputs }

  package init(
    name: String, block: Int?, role: String, inputs: Int, outputs: Int, reference: [Float],
    residual: [Float]? = nil, gain: Double? = nil, tokens: Int? = nil, borrowedTokens: Int? = nil,
    members: [String]? = nil, options: [MeasuredOption]
  ) {
    self.name = name
    self.block = block
    self.role = role
    self.inputs = inputs
    self.outputs = outputs
    self.reference = reference
    self.residual = residual
    self.gain = gain
    self.tokens = tokens
    self.borrowedTokens = borrowedTokens
    self.members = members
    self.options = options
  }

  private enum CodingKeys: String, CodingKey {
    case name, block, role, inputs, outputs, reference, residual, gain, tokens, members, options
    case borrowedTokens = "borrowed_tokens"
  }
}

/// What one way of quantizing a layer costs and loses.
package struct MeasuredOption: Codable, Equatable, Sendable {
  /// The name in the options file, such as "0.1:4b_128g/0.9:3b_128g s4".
  package var option: String
  /// The exact size in the written file.
  package var bits: Int
  /// The squared Frobenius norm of the output's error.
  package var errors: [Float]  // (rows)
  /// What each of the layer's members gets, in their order.
  package var members: [MemberOption]?

  package init(option: String, bits: Int, errors: [Float], members: [MemberOption]? = nil) {
    self.option = option
    self.bits = bits
    self.errors = errors
    self.members = members
  }

  /// What one of several layers that share a decision gets.
  package struct MemberOption: Codable, Equatable, Sendable {
    /// The option's name, as in the options file.
    package var option: String
    /// The exact size in the written file.
    package var bits: Int

    package init(option: String, bits: Int) {
      self.option = option
      self.bits = bits
    }
  }
}

extension Measurement {
  /// The sizes that allocations can have, in bits per weight.
  package var reachableBitsPerWeight: ClosedRange<Double> {
    func size(_ choose: ([Int]) -> Int?) -> Double {
      let bits = layers.reduce(0) { $0 + (choose($1.options.map(\.bits)) ?? 0) }
      return Double(bits) / Double(model.weights)
    }
    return size { $0.min() }...size { $0.max() }
  }
}

extension Measurement: Document {
  package static let kind = "bpw.measurement"
  package static let version = 1
  package static let writer = "bpw measure"

  package var members: KeyValuePairs<String, any Encodable> {
    [
      "model": model, "calibration": calibration, "settings": settings, "storage": storage,
      "layers": layers,
    ]
  }
}
