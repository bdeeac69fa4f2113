import Checkpoints
import Crypto
import Foundation
import Synchronization

/// What of a conversion is on disk, block by block: which tensors are complete in the output, and the
/// states that the next block reads.
///
/// It stands in front of the output and takes down what is written.
package final class ConversionProgress: TensorSink {
  private let directory: JobDirectory
  private let writer: CheckpointWriter
  /// SHA-256, in hexadecimal, of the tensors written since the last unit was finished.
  private let digests = Mutex<[String: String]>([:])

  package init(_ directory: JobDirectory, writer: CheckpointWriter) {
    self.directory = directory
    self.writer = writer
  }

  package func description(of name: String) throws -> TensorDescription {
    try writer.description(of: name)
  }

  package func write(_ name: String, _ bytes: UnsafeRawBufferPointer, atByte offset: Int) throws {
    try writer.write(name, bytes, atByte: offset)
    // What comes in parts isn't a layer's, and is written anew in every run.
    guard try offset == 0 && bytes.count == description(of: name).byteCount else { return }
    let digest = SHA256.hexadecimal(of: bytes)
    digests.withLock { $0[name] = digest }
  }

  /// Where the next run begins.
  struct Done {
    let units: Int
    let census: ExpertCensus
    /// Nil when all units are done.
    let states: HiddenStates?
  }

  /// What an earlier run finished, if it is still there as it was: the first of these units, in the
  /// order they run. Nil where there is nothing to go on with.
  func begin(_ blocks: [String], head: String, place: StatePlace) throws -> Done? {
    let done = directory.leading(blocks + [head], as: ConvertedUnit.self)
    guard let last = done.last else { return nil }
    var states: HiddenStates?
    if let kept = last.states {
      states = try directory.states(kept, place: place)
      guard states != nil else { return nil }
    }
    let tensors = done.flatMap(\.tensors).sorted { $0.key < $1.key }
    for (index, (name, digest)) in tensors.enumerated() {
      guard (try? writer.reclaim(name, digest: digest)) == true else {
        for (name, _) in tensors[..<index] { try writer.forget(name) }
        return nil
      }
    }
    return Done(units: done.count, census: last.census, states: states)
  }

  /// Puts on disk what a unit has written, and the states behind it.
  func finish(_ unit: String, states: HiddenStates?, census: ExpertCensus) throws {
    try WrittenFiles.uninterrupted {
      try writer.synchronize()
      let tensors = digests.withLock { digests in
        defer { digests = [:] }
        return digests
      }
      let kept = try states.map { try directory.keep($0, behind: unit) }
      _ = try directory.save(
        ConvertedUnit(tensors: tensors, census: census, states: kept), of: unit)
      if let kept { directory.removeStates(but: kept) }
    }
  }
}

/// What a job's folder says about a block, or the head, of a conversion.
private struct ConvertedUnit: Codable {
  /// SHA-256, in hexadecimal, of what was written.
  let tensors: [String: String]
  /// Up to this unit.
  let census: ExpertCensus
  /// Nil for the head.
  let states: KeptStates?
}
