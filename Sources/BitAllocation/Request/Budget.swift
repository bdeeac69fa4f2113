/// How much an allocation may take, as people think of it.
package enum Budget: Equatable, Sendable {
  /// What the layers take, the head included, by their weights.
  case bitsPerWeight(Double)
  /// What the layers without the head take, by their weights: what ExLlamaV2 calls bits per weight.
  /// The head is to be pinned.
  case decoderBitsPerWeight(Double)
  /// The size of the weight files, in bytes: layers, embeddings, norms, and the files' headers.
  case fileBytes(Int)
  /// What a runtime needs, in bytes.
  case memory(MemoryBudget)
}

/// Memory for weights, a cache of keys and values, and what a runtime needs besides.
package struct MemoryBudget: Codable, Equatable, Sendable {
  /// What there is.
  package var bytes: Int
  /// Tokens that the cache is for.
  package var context: Int
  /// Bits of a number in the cache.
  package var cacheBits: Int
  /// Bytes for activations, the runtime's own buffers and the like.
  package var overhead: Int

  package init(bytes: Int, context: Int, cacheBits: Int = 16, overhead: Int) {
    self.bytes = bytes
    self.context = context
    self.cacheBits = cacheBits
    self.overhead = overhead
  }

  private enum CodingKeys: String, CodingKey {
    case bytes, context, overhead
    case cacheBits = "cache_bits"
  }
}

extension Budget {
  /// The bits that the layers of a problem may take together.
  ///
  /// Throws an `AllocationError` where the measurement doesn't say what a model takes besides its
  /// layers, where nothing is left for them, and where the head must be pinned and isn't.
  func bits(
    of measurement: Measurement, layers: [AllocationProblem.Layer]
  ) throws(AllocationError) -> Int {
    switch self {
    case .bitsPerWeight(let bits):
      return Self.wholeBits(bits, weights: layers.totalWeights)
    case .decoderBitsPerWeight(let bits):
      let head = layers.filter { $0.block == nil }
      if let free = head.first(where: { $0.options.count > 1 }) { throw .unpinnedHead(free.name) }
      // What can be reached is said in the terms of what was asked for.
      let decoder = AllocationProblem(
        layers: layers.filter { $0.block != nil },
        budget: Self.wholeBits(bits, weights: layers.totalWeights - head.totalWeights))
      if !decoder.layers.isEmpty { try decoder.checkBudget() }
      return head.reduce(decoder.budget) { $0 + $1.options[0].bits }
    case .fileBytes(let bytes):
      return try Self.bits(bytes, besides: try storage(of: measurement).fileBytes, layers)
    case .memory(let memory):
      let storage = try storage(of: measurement)
      let besides =
        storage.fileBytes + storage.cacheBytes(tokens: memory.context, bits: memory.cacheBits)
        + memory.overhead
      return try Self.bits(memory.bytes, besides: besides, layers)
    }
  }

  private func storage(of measurement: Measurement) throws(AllocationError) -> Measurement.Storage {
    guard let storage = measurement.storage else { throw .unknownStorage }
    return storage
  }

  /// What is left of so many bytes, in bits.
  private static func bits(
    _ bytes: Int, besides rest: Int, _ layers: [AllocationProblem.Layer]
  ) throws(AllocationError) -> Int {
    let (smallest, largest) = (layers.smallestBits, layers.largestBits)
    let bits = (bytes - rest) * 8
    guard bits >= smallest else {
      throw .tooFewBytes(
        bytes: bytes, besides: rest,
        reachable: rest + (smallest + 7) / 8...rest + (largest + 7) / 8)
    }
    // Whoever has more room than the best takes the best.
    return min(bits, largest)
  }

  /// The bits that `weights` weights may take, rounded down.
  ///
  /// A decimal number such as 2.31 has no exact binary form. Where that alone keeps the product
  /// below a whole number, the whole number is meant.
  package static func wholeBits(_ bitsPerWeight: Double, weights: Int) -> Int {
    let product = min(max(0, bitsPerWeight * Double(weights)), 0x1p62)
    let nearest = product.rounded()
    return Int(abs(product - nearest) <= 2 * product.ulp ? nearest : product.rounded(.down))
  }
}

extension Budget: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind, memory
    case bitsPerWeight = "bits_per_weight"
    case bytes
  }

  private enum Kind: String, Codable {
    case bitsPerWeight = "bits-per-weight"
    case decoderBitsPerWeight = "decoder-bits-per-weight"
    case fileBytes = "file-bytes"
    case memory
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Kind.self, forKey: .kind) {
    case .bitsPerWeight:
      self = .bitsPerWeight(try container.decode(Double.self, forKey: .bitsPerWeight))
    case .decoderBitsPerWeight:
      self = .decoderBitsPerWeight(try container.decode(Double.self, forKey: .bitsPerWeight))
    case .fileBytes: self = .fileBytes(try container.decode(Int.self, forKey: .bytes))
    case .memory: self = .memory(try container.decode(MemoryBudget.self, forKey: .memory))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .bitsPerWeight(let bits):
      try container.encode(Kind.bitsPerWeight, forKey: .kind)
      try container.encode(bits, forKey: .bitsPerWeight)
    case .decoderBitsPerWeight(let bits):
      try container.encode(Kind.decoderBitsPerWeight, forKey: .kind)
      try container.encode(bits, forKey: .bitsPerWeight)
    case .fileBytes(let bytes):
      try container.encode(Kind.fileBytes, forKey: .kind)
      try container.encode(bytes, forKey: .bytes)
    case .memory(let memory):
      try container.encode(Kind.memory, forKey: .kind)
      try container.encode(memory, forKey: .memory)
    }
  }
}
