import Crypto
import Foundation

extension Checkpoint {
  /// SHA-256, in hexadecimal, by which a measurement recognizes the model it was made of: over
  /// `config.json` and every tensor's name, type, shape and content.
  ///
  /// Of a tensor above 1 MiB only 16 evenly spaced pieces are read, so that 15 GB take a second.
  /// Training changes nearly every weight, and a merge or a conversion does too, so a sample shows
  /// them; it is no protection against somebody who edits single weights on purpose. How tensors
  /// are spread over files does not matter.
  package func fingerprint() throws -> String {
    var hash = SHA256()
    let configuration = try MappedFile(directory.appending(path: "config.json"))
    configuration.withUnsafeBytes { hash.update(content: $0) }
    for name in tensorNames {
      let tensor = try tensor(name)
      hash.update(text: name)
      hash.update(text: tensor.dtype.rawValue)
      hash.update(text: "\(tensor.shape)")
      tensor.withUnsafeBytes { bytes in
        for piece in sampledPieces(of: bytes.count) {
          hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[piece]))
        }
      }
    }
    return hash.finalize().hexadecimal
  }
}

/// The parts of `count` bytes that go into the fingerprint: all, or 16 of 64 KiB, of which the
/// first and the last stand at the ends.
private func sampledPieces(of count: Int) -> [Range<Int>] {
  let (pieces, length) = (16, 64 << 10)
  guard count > pieces * length else { return [0..<count] }
  return (0..<pieces).map { index in
    let start = (count - length) / (pieces - 1) * index
    return index == pieces - 1 ? count - length..<count : start..<start + length
  }
}

extension SHA256 {
  /// Adds bytes with their count before them, so that no two sequences of texts hash alike.
  fileprivate mutating func update(content bytes: UnsafeRawBufferPointer) {
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { update(bufferPointer: $0) }
    update(bufferPointer: bytes)
  }

  fileprivate mutating func update(text: String) {
    var text = text
    text.withUTF8 { update(content: UnsafeRawBufferPointer($0)) }
  }
}
