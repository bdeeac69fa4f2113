import Checkpoints

/// What several of Llama's relatives do otherwise.
extension LlamaFamily {
  /// Biases of queries, keys, values and attention's output, by "attention_bias".
  mutating func readAttentionBias() throws {
    queryKeyValueBias = try config.bool("attention_bias", default: false)
    outputBias = queryKeyValueBias
  }

  /// Biases of the feed-forward, by "mlp_bias".
  mutating func readFeedForwardBias() throws {
    feedForwardBias = try config.bool("mlp_bias", default: false)
  }

  /// Norms that subtract the mean and divide by the standard deviation.
  mutating func useLayerNorms(
    hasWeight: Bool = true, hasBias: Bool = false, weightOffset: Float = 0
  ) {
    norm = { [hidden, epsilon] in
      Norm(
        $0, .standardDeviation, width: hidden, epsilon: epsilon, hasWeight: hasWeight,
        hasBias: hasBias, weightOffset: weightOffset)
    }
  }

  /// A feed-forward of experts, in all blocks or in some.
  mutating func useExperts(
    _ shape: ExpertLayer.Shape, where hasExperts: @escaping (Int) -> Bool = { _ in true }
  ) {
    experts = { [config, names] index in
      guard hasExperts(index) else { return nil }
      return try ExpertLayer(shape, in: "\(names.body).layers.\(index)", names, of: config)
    }
  }
}

/// Windows.
extension LlamaFamily {
  /// One window for all blocks: null means none, and no key `fallback`.
  mutating func readWindow(default fallback: Int? = nil) throws {
    let size = try windowSize(default: fallback)
    window = { _ in size }
  }

  /// A window for the blocks that "layer_types" says, or, where there is no such list, for those
  /// that `slides` says; for none of these where there is no size, if it `isOptional`. Returns which
  /// have one.
  ///
  /// Throws `ModelError.unsupported` if a block should have a window and there is no size.
  @discardableResult
  mutating func readWindow(
    default fallback: Int? = nil, isOptional: Bool = false,
    where slides: @escaping (Int) -> Bool
  ) throws -> (Int) -> Bool {
    let size = try windowSize(default: fallback)
    let hasDefault = size != nil || !isOptional
    let list =
      try config.slidingBlocks(blockCount) ?? (0..<blockCount).map { hasDefault && slides($0) }
    guard size != nil || !list.contains(true) else {
      throw ModelError.unsupported(
        setting: "sliding_window", value: "null",
        known: ["a size, because attention slides in some blocks"], file: config.file)
    }
    window = { list[$0] ? size : nil }
    return { list[$0] }
  }

  private func windowSize(default fallback: Int?) throws -> Int? {
    let key = "sliding_window"
    return try config.keys.contains(key) ? config.positiveIntIfPresent(key) : fallback
  }
}
