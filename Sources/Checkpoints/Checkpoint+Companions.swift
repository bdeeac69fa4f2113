import Foundation

extension Checkpoint {
  /// Endings of files that hold weights, in this format or another.
  private static let weightEndings = [
    ".safetensors", ".bin", ".pth", ".pt", ".ckpt", ".gguf", ".h5", ".msgpack", ".onnx", ".ot",
    ".index.json",
  ]

  /// The files that a copy of the model needs beside its weights and `config.json`: tokenizer,
  /// chat template, generation settings, license. Sorted by name.
  package func companionFiles() throws -> [URL] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    } catch {
      throw CheckpointError.unreadable(
        path: directory.shownPath, reason: "the folder cannot be listed")
    }
    return names.sorted()
      .filter { name in
        // A README and the record of a conversion tell of the original model.
        !["config.json", "README.md", "bpw.json"].contains(name) && !name.hasPrefix(".")
          && !Self.weightEndings.contains { name.hasSuffix($0) }
      }
      .map { directory.appending(path: $0) }
      .filter { $0.exists && !$0.isFolder }
  }
}
