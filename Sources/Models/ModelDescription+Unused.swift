import Checkpoints
import Foundation

extension ModelDescription {
  /// Ends of the names of tensors that files carry along and that follow from the configuration: masks
  /// and rotary frequencies.
  private static let buffers = [
    "inv_freq", "attention.bias", "attention.masked_bias", "attn.bias",
    "attn.masked_bias",
  ]

  /// The tensors of a checkpoint that the model doesn't read, sorted.
  func unusedTensors(of checkpoint: Checkpoint) -> [String] {
    let used = Set(tensors.map(\.name) + companions)
    return checkpoint.tensorNames.filter { name in
      !used.contains(name) && !Self.buffers.contains(where: name.hasSuffix)
    }
  }

  /// Throws `ModelError.unexpectedTensor` if a block has a tensor that isn't described: without it,
  /// the block would compute something else. Others are remarked upon.
  mutating func checkUnused(_ checkpoint: Checkpoint) throws {
    let unused = unusedTensors(of: checkpoint)
    let blocks = Set(blocks.map(\.name))
    for name in unused {
      // "model.layers.3" of "model.layers.3.self_attn.q_proj.bias".
      let parts = name.split(separator: ".")
      let prefixes = parts.indices.map { parts[..<$0].joined(separator: ".") }
      guard !blocks.isDisjoint(with: prefixes) else { continue }
      throw ModelError.unexpectedTensor(
        name, architecture: architecture, directory: checkpoint.directory.relativePath)
    }
    if let first = unused.first {
      remarks.append(
        unused.count == 1
          ? "the tensor '\(first)' isn't used"
          : "\(unused.count) tensors aren't used, such as '\(first)'")
    }
  }
}
