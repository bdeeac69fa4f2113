import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("A checkpoint's fingerprint")
struct CheckpointFingerprintTests {
  private let folder = try! TemporaryFolder()

  private func fingerprint(
    _ tensors: [(TensorDescription, [UInt8])], configuration: String = "{}",
    shardBytes: Int = 1 << 40
  ) throws -> String {
    let url = folder[UUID().uuidString]
    let writer = try CheckpointWriter(
      at: url, tensors: tensors.map(\.0), shardBytes: shardBytes)
    for (description, content) in tensors { try writer.write(description.name, content) }
    try writer.addFile("config.json", Data(configuration.utf8))
    try writer.finish()
    return try Checkpoint(url).fingerprint()
  }

  @Test func dependsOnEverythingThatMakesTheModel() throws {
    let vector = TensorDescription("v", .f32, [2])
    let content: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7]
    let all = [
      try fingerprint([(vector, content)]),
      try fingerprint([(vector, content)], configuration: "{ }"),
      try fingerprint([(vector, content.reversed())]),
      try fingerprint([(TensorDescription("w", .f32, [2]), content)]),
      try fingerprint([(TensorDescription("v", .f32, [2, 1]), content)]),
      try fingerprint([(TensorDescription("v", .i32, [2]), content)]),
      try fingerprint([]),
    ]
    #expect(Set(all).count == all.count)
    #expect(all[0].count == 64)
  }

  /// Computed with Python's hashlib. Measurements keep fingerprints, so they must not change.
  @Test func isWhatItWas() throws {
    let vector = (TensorDescription("v", .f32, [2]), [UInt8](0..<8))
    #expect(
      try fingerprint([vector])
        == "3fdfd42facd38e640b045712b54567104645ee5537bd696c99b627090ca9beb3")
  }

  @Test func doesNotDependOnFiles() throws {
    let tensors = ["a", "b", "c"].map { (TensorDescription($0, .u8, [3]), [UInt8]([1, 2, 3])) }
    #expect(try fingerprint(tensors) == fingerprint(tensors.reversed(), shardBytes: 3))
  }

  /// Beyond 1 MiB a sample is read, which holds the first and the last byte.
  @Test func samplesLargeTensors() throws {
    func fingerprint(changing index: Int?, count: Int) throws -> String {
      var content = [UInt8](repeating: 0, count: count)
      if let index { content[index] = 1 }
      return try self.fingerprint([(TensorDescription("t", .u8, [count]), content)])
    }
    for count in [1 << 20, 1 << 20 + 1, 3_000_000] {
      let original = try fingerprint(changing: nil, count: count)
      #expect(try fingerprint(changing: 0, count: count) != original)
      #expect(try fingerprint(changing: count - 1, count: count) != original)
    }
    let whole = try fingerprint(changing: nil, count: 1 << 20)
    #expect(try fingerprint(changing: 100_000, count: 1 << 20) != whole)
    let sampled = try fingerprint(changing: nil, count: 3_000_000)
    #expect(try fingerprint(changing: 100_000, count: 3_000_000) == sampled)
  }
}
