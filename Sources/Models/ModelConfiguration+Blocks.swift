import Checkpoints

/// What families read in the same way.
extension ModelConfiguration {
  /// The number of blocks: fewer than stored tensors, or the folder can't hold them.
  func blockCount(
    _ names: TensorNames, key: String = "num_hidden_layers", default fallback: Int? = nil
  ) throws -> Int {
    let count = try positiveInt(key, default: fallback)
    guard count < max(names.all.count, 1) else {
      throw ModelError.incomplete(
        setting: key, value: count, found: "only \(names.all.count) tensors", file: file)
    }
    return count
  }

  /// A list with an entry per block, read by `read`; nil if there is none. Throws
  /// `ModelError.contradiction` for a shorter one.
  func perBlock<Element>(
    _ key: String, _ blocks: Int, _ read: (String) throws -> [Element]?
  ) throws -> [Element]? {
    guard let list = try read(key) else { return nil }
    guard list.count >= blocks else {
      throw ModelError.contradiction(
        "\(key) is a list of \(list.count), but num_hidden_layers is \(blocks)", file: file)
    }
    return list
  }

  /// Whether a block's attention slides, as "layer_types" has it; nil if there is no such list.
  func slidingBlocks(_ blocks: Int) throws -> [Bool]? {
    guard let types = try perBlock("layer_types", blocks, stringsIfPresent) else { return nil }
    let known = ["full_attention", "sliding_attention"]
    if let wrong = types.first(where: { !known.contains($0) }) {
      throw ModelError.unsupported(
        setting: "layer_types", value: wrong, known: known, file: file)
    }
    return types.map { $0 == "sliding_attention" }
  }

  /// Makes sure that the last of many parts of a block is stored before all are listed.
  func check(_ names: TensorNames, hold layer: String, lastOf count: Int, _ parts: String) throws {
    guard names.hasLayer(layer) else {
      throw ModelError.incomplete(
        setting: "the number of \(parts)", value: count, found: "no '\(layer)'", file: file)
    }
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
