import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("A written checkpoint")
struct CheckpointWriterTests {
  private let folder = try! TemporaryFolder()
  private var url: URL { folder["out"] }

  private static let tensors = (0..<5).map { TensorDescription("t\($0)", .f16, [$0 + 1, 3]) }

  /// Writes `tensors`, element `i` of each being its number plus `i`.
  private func write(
    _ order: [Int] = [0, 1, 2, 3, 4], shardBytes: Int = 1 << 40, baseName: String = "model",
    overwrite: Bool = false, configuration: String = "{}"
  ) throws {
    let writer = try CheckpointWriter(
      at: url, tensors: Self.tensors, shardBytes: shardBytes, baseName: baseName,
      overwrite: overwrite)
    for number in order {
      let tensor = Self.tensors[number]
      try writer.write(
        tensor.name, floats: (0..<tensor.elementCount).map { Float(number + $0) })
    }
    try writer.addFile("config.json", Data(configuration.utf8))
    try writer.finish()
  }

  private func contents() throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: url.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: url.appending(path: $0))) })
  }

  private func check() throws {
    let checkpoint = try Checkpoint(url)
    #expect(checkpoint.tensorNames == Self.tensors.map(\.name))
    for (number, tensor) in Self.tensors.enumerated() {
      #expect(try checkpoint.description(of: tensor.name) == tensor)
      let values = try checkpoint.floats(tensor.name, shape: tensor.shape)
      #expect(values == (0..<tensor.elementCount).map { Float(number + $0) })
    }
  }

  @Test func readsBack() throws {
    try write()
    try check()
    #expect(try contents().keys.sorted() == ["config.json", "model.safetensors"])
    #expect(
      try SafetensorsFile(url.appending(path: "model.safetensors")).metadata == ["format": "pt"])
    #expect(try folder.names == ["out"])
  }

  @Test func isSpreadOverShardsInTheOrderGiven() throws {
    try write(shardBytes: 24, baseName: "output")  // tensors of 6, 12, 18, 24, 30 bytes
    try check()
    let shards = (1...4).map { "output-0000\($0)-of-00004.safetensors" }
    #expect(
      try contents().keys.sorted() == ["config.json", "model.safetensors.index.json"] + shards)
    let index = """
      {
        "metadata": {
          "total_size": 90
        },
        "weight_map": {
          "t0": "\(shards[0])",
          "t1": "\(shards[0])",
          "t2": "\(shards[1])",
          "t3": "\(shards[2])",
          "t4": "\(shards[3])"
        }
      }

      """
    #expect(try contents()["model.safetensors.index.json"] == Data(index.utf8))
  }

  @Test("has bytes that don't depend on the order of writing", arguments: [24, 1 << 40])
  func hasBytesThatDoNotDependOnTheOrderOfWriting(shardBytes: Int) throws {
    try write(shardBytes: shardBytes)
    let first = try contents()
    try write([3, 1, 4, 0, 2], shardBytes: shardBytes, overwrite: true)
    #expect(try contents() == first)
  }

  @Test func takesTensorsFromAllThreads() throws {
    let tensors = (0..<100).map { TensorDescription("t\($0)", .i32, [$0]) }
    let writer = try CheckpointWriter(at: url, tensors: tensors, shardBytes: 1000)
    _ = try parallelMap(100) { number in
      try writer.write("t\(number)", [Int32](repeating: Int32(number), count: number))
    }
    try writer.addFile("config.json", Data("{}".utf8))
    try writer.finish()
    let checkpoint = try Checkpoint(url)
    for number in 1..<100 {
      #expect(try Set(checkpoint.tensor("t\(number)").int32s()) == [Int32(number)])
    }
  }

  @Test func copiesFiles() throws {
    try folder.write("tokenizer.json", "tokens")
    try folder.write("empty", "")
    let writer = try CheckpointWriter(at: url, tensors: [])
    try writer.addFile(copying: folder["tokenizer.json"])
    try writer.addFile(copying: folder["empty"], as: "vocab.txt")
    #expect(throws: CheckpointError.fileAddedTwice("vocab.txt")) {
      try writer.addFile("vocab.txt", Data())
    }
    #expect(throws: CheckpointError.fileAddedTwice("model.safetensors")) {
      try writer.addFile("model.safetensors", Data())
    }
    #expect(throws: CheckpointError.invalidFileName("../x")) { try writer.addFile("../x", Data()) }
    #expect(throws: CheckpointError.fileNotFound(path: folder["no"].path)) {
      try writer.addFile(copying: folder["no"])
    }
    try writer.finish()
    #expect(try contents()["tokenizer.json"] == Data("tokens".utf8))
    #expect(try contents()["vocab.txt"] == Data())
  }

  @Test func leavesNothingBehindUnlessFinished() throws {
    do {
      let writer = try CheckpointWriter(at: url, tensors: Self.tensors)
      try writer.write("t0", floats: [0, 1, 2])
      #expect(try folder.names == [".out.partial"])
      #expect(
        throws: CheckpointError.incomplete(
          tensors: ["t1", "t2", "t3", "t4"], path: url.appending(path: "model.safetensors").path)
      ) { try writer.finish() }
    }
    #expect(try folder.names == [])
  }

  @Test func removesWhatACrashLeft() throws {
    try FileManager.default.createDirectory(
      at: folder[".out.partial"], withIntermediateDirectories: false)
    try folder.write(".out.partial/old", "x")
    try write()
    #expect(try folder.names == ["out"])
    #expect(try contents()["old"] == nil)
  }

  @Test func replacesAModelOnlyWhenAsked() throws {
    try write(configuration: "{\"old\":1}")
    let old = try contents()
    #expect(throws: CheckpointError.outputExists(path: url.path)) { try write() }
    #expect(throws: CheckpointError.self) { try write([0, 1], overwrite: true) }
    #expect(try contents() == old)
    try write(overwrite: true)
    #expect(try contents() != old)
    try check()
    #expect(try folder.names == ["out"])
  }

  @Test func neverReplacesAnythingElse() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    try write(overwrite: true)  // an empty folder
    try FileManager.default.removeItem(at: url.appending(path: "config.json"))
    #expect(throws: CheckpointError.notReplaceable(path: url.path)) { try write(overwrite: true) }
    try FileManager.default.removeItem(at: url)
    try folder.write("out", "a file")
    #expect(throws: CheckpointError.notReplaceable(path: url.path)) { try write(overwrite: true) }
    #expect(try folder.names == ["out"])
  }

  @Test func doesNotReplaceWhatAppearedMeanwhile() throws {
    let writer = try CheckpointWriter(at: url, tensors: [])
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    #expect(throws: CheckpointError.outputExists(path: url.path)) { try writer.finish() }
  }

  @Test func saysWhyItCannotBeWritten() throws {
    let lost = folder["no/out"]
    #expect(
      throws: CheckpointError.cannotWrite(path: lost.path, reason: "its folder does not exist")
    ) { try CheckpointWriter(at: lost, tensors: []) }
    #expect(throws: CheckpointError.duplicateTensor("t")) {
      try CheckpointWriter(
        at: url,
        tensors: [TensorDescription("t", .u8, [9]), TensorDescription("t", .u8, [9])],
        shardBytes: 9)
    }
    #expect {
      try CheckpointWriter(at: url, tensors: [TensorDescription("t", .u8, [1 << 50])])
    } throws: { error in
      if case .notEnoughSpace? = error as? CheckpointError { true } else { false }
    }
    #expect(try folder.names == [])
  }
}
