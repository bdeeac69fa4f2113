import Checkpoints
import Foundation
import Synchronization

/// Keeps what is written in memory.
package final class MemorySink: TensorSink {
  private let descriptions: [String: TensorDescription]
  private let contents: Mutex<[String: Data]>

  package init(_ tensors: [TensorDescription]) {
    descriptions = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    contents = Mutex([:])
  }

  package func description(of name: String) throws -> TensorDescription {
    guard let description = descriptions[name] else {
      throw CheckpointError.tensorNotFound(name: name, place: "memory")
    }
    return description
  }

  package func write(_ name: String, _ bytes: UnsafeRawBufferPointer, atByte offset: Int) throws {
    let size = try description(of: name).byteCount
    contents.withLock {
      $0[name, default: Data(count: size)].replaceSubrange(
        offset..<offset + bytes.count, with: bytes)
    }
  }

  /// The content of every tensor that was written, by name.
  package var tensors: [String: Data] { contents.withLock { $0 } }
}
