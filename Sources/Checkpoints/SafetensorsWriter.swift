import Foundation

/// Writes one safetensors file, which appears under its name when it is finished. Of what is not
/// finished nothing stays.
package final class SafetensorsWriter: TensorSink {
  private let file: TensorFile
  private let output: PartialOutput

  /// Announces all tensors, in any order. A file that stands at `url` is replaced in the end.
  package init(
    at url: URL, tensors: [TensorDescription], metadata: [String: String] = ["format": "pt"]
  ) throws {
    let layout = try SafetensorsLayout(tensors, metadata: metadata)
    try checkSpace(for: layout.byteCount, at: url)
    output = PartialOutput(for: url)
    file = try TensorFile(layout, at: output.url, shownAs: url.shownPath)
  }

  package func description(of name: String) throws -> TensorDescription {
    try file.description(of: name)
  }

  /// Throws `CheckpointError` for a tensor that wasn't announced, bytes beyond its end, and bytes
  /// that were written before.
  package func write(_ name: String, _ bytes: UnsafeRawBufferPointer, atByte offset: Int) throws {
    try file.write(name, bytes, atByte: offset)
  }

  /// Checks that every tensor is complete and puts the file into place.
  package func finish() throws {
    try file.finish()
    try output.commitFile()
  }
}
