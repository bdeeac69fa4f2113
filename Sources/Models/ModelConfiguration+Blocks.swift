import Checkpoints

/// What families read in the same way.
extension ModelConfiguration {
  /// Fewer blocks than stored tensors, or the folder can't hold them.
  func blockCount(
    _ names: TensorNames, key: String = "num_hidden_layers", default fallback: Int? = nil
  ) throws -> Int {
    let count = try positiveInt(key, default: fallback)
    guard count < max(names.all.count, 1) else {
      throw ModelError.contradiction(
        "\(key) is \(count), but the folder has only \(names.all.count) tensors")
    }
    return count
  }

  /// The size of the window: null means none, and no key the family's.
  func windowSize(default fallback: Int) throws -> Int? {
    let key = "sliding_window"
    return try keys.contains(key) ? positiveIntIfPresent(key) : fallback
  }

  /// The window of every block by its index, as "layer_types" has it, or, where there is no such
  /// list, for the blocks that `slides` says.
  func windows(size: Int?, slides: @escaping (Int) -> Bool) throws -> (Int) -> Int? {
    let slides = try slidingBlocks(orElse: slides)
    return { slides($0) ? size : nil }
  }

  /// Whether a block's attention slides, as "layer_types" has it, or else as `slides` says.
  func slidingBlocks(orElse slides: @escaping (Int) -> Bool) throws -> (Int) -> Bool {
    guard let types = try stringsIfPresent("layer_types") else { return slides }
    let known = ["full_attention", "sliding_attention"]
    if let wrong = types.first(where: { !known.contains($0) }) {
      throw ModelError.unsupported(
        setting: "layer_types", value: wrong, known: known, file: file)
    }
    return { types.indices.contains($0) && types[$0] == "sliding_attention" }
  }

  /// Says where the head and the flag "tie_word_embeddings" disagree, if the flag is there.
  func remarksOnTying(isStored: Bool) throws -> [String] {
    switch try (boolIfPresent("tie_word_embeddings"), isStored) {
    case (true?, true):
      ["tie_word_embeddings is true, but the folder has a head of its own, which is used"]
    case (false?, false):
      ["tie_word_embeddings is false, but the folder has no head: the embeddings are used"]
    default: []
    }
  }
}
