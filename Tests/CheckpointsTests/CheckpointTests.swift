import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("A checkpoint")
struct CheckpointTests {
  private let folder = try! TemporaryFolder()

  init() throws { try folder.write("config.json", #"{"model_type": "llama"}"#) }

  private func index(_ map: [String: String]) throws {
    let entries = map.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
    try folder.write("model.safetensors.index.json", "{\"weight_map\":{\(entries)}}")
  }

  private func names() throws -> [String] { try Checkpoint(folder.url).tensorNames }

  @Test func readsOneFile() throws {
    try folder.write("model.safetensors", vectors("b", "a"))
    try folder.write("reference.safetensors", vectors("other"))
    let checkpoint = try Checkpoint(folder.url)
    #expect(checkpoint.tensorNames == ["a", "b"])
    #expect(try checkpoint.configuration.modelType == "llama")
    #expect(checkpoint.contains("a") && !checkpoint.contains("other"))
    #expect(try checkpoint.description(of: "a") == TensorDescription("a", .f32, [2]))
    #expect(try checkpoint.floats("a", shape: [2]) == [1, 2])
  }

  @Test func readsTheShardsOfItsIndex() throws {
    try folder.write("model-00001-of-00002.safetensors", vectors("a", "unlisted"))
    try folder.write("model-00002-of-00002.safetensors", vectors("b"))
    try folder.write("consolidated.safetensors", vectors("a"))
    try index([
      "a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors",
    ])
    #expect(try names() == ["a", "b"])
  }

  @Test func namesTheShardThatIsMissing() throws {
    try folder.write("model-00001-of-00002.safetensors", vectors("a"))
    let map = ["a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"]
    let error = CheckpointError.shardNotFound(
      file: "model-00002-of-00002.safetensors", directory: folder.url.path)
    try index(map)
    #expect(throws: error) { try names() }
    // The names alone tell, too.
    try FileManager.default.removeItem(at: folder["model.safetensors.index.json"])
    #expect(throws: error) { try names() }
  }

  @Test func namesTheTensorThatIsNotInItsShard() throws {
    try folder.write("s.safetensors", vectors("a"))
    try index(["a": "s.safetensors", "b": "s.safetensors"])
    #expect(throws: CheckpointError.tensorNotInShard(tensor: "b", shard: "s.safetensors")) {
      try names()
    }
  }

  @Test func readsAFolderOfExllamav2() throws {
    try folder.write("output-00001-of-00002.safetensors", vectors("a"))
    try folder.write("output-00002-of-00002.safetensors", vectors("b"))
    #expect(try names() == ["a", "b"])
    // The index of the original model is often left behind.
    try index(["c": "model-00001-of-00001.safetensors"])
    #expect(try names() == ["a", "b"])
  }

  @Test func refusesANameInTwoFiles() throws {
    try folder.write("output-1.safetensors", vectors("a"))
    try folder.write("output-2.safetensors", vectors("a"))
    #expect(
      throws: CheckpointError.tensorInTwoFiles(
        tensor: "a", first: "output-1.safetensors", second: "output-2.safetensors")
    ) { try names() }
  }

  @Test("refuses an index that leads elsewhere", arguments: ["../x", "a/b", "..", "", #"a\\b"#])
  func refusesAnIndexThatLeadsElsewhere(file: String) throws {
    try index(["a": file])
    #expect(
      throws: CheckpointError.invalidIndex(
        file: folder["model.safetensors.index.json"].path,
        problem: "'a' is not mapped to the name of a file")
    ) { try names() }
  }

  @Test func refusesAnIndexWithoutAMap() throws {
    try folder.write("model.safetensors.index.json", "{}")
    #expect(
      throws: CheckpointError.invalidIndex(
        file: folder["model.safetensors.index.json"].path, problem: "it has no object 'weight_map'")
    ) { try names() }
  }

  @Test func saysWhichFileIsDamaged() throws {
    try folder.write("model.safetensors", vectors("a").dropLast())
    #expect(
      throws: CheckpointError.invalidSafetensors(
        file: folder["model.safetensors"].path, .dataLength(expected: 8, found: 7))
    ) { try names() }
  }

  @Test func asksForConversionOfPickledWeights() throws {
    try folder.write("pytorch_model-00001-of-00002.bin", "x")
    #expect(
      throws: CheckpointError.onlyPickledWeights(
        file: "pytorch_model-00001-of-00002.bin", directory: folder.url.path)
    ) { try names() }
  }

  @Test func saysThatThereAreNoWeights() {
    #expect(throws: CheckpointError.noWeights(directory: folder.url.path)) { try names() }
  }

  @Test func needsAFolderWithAConfiguration() throws {
    try folder.write("m.gguf", "GGUF")
    #expect(throws: CheckpointError.notAFolder(path: folder["m.gguf"].path)) {
      try Checkpoint(folder["m.gguf"])
    }
    #expect(throws: CheckpointError.folderNotFound(path: folder["no"].path)) {
      try Checkpoint(folder["no"])
    }
    #expect(throws: CheckpointError.hubName("Qwen/Qwen3-0.6B")) {
      try Checkpoint(URL(filePath: "Qwen/Qwen3-0.6B"))
    }
    #expect(throws: CheckpointError.folderNotFound(path: "../no-such-model")) {
      try Checkpoint(URL(filePath: "../no-such-model"))
    }
    try FileManager.default.removeItem(at: folder["config.json"])
    #expect(throws: CheckpointError.noConfiguration(directory: folder.url.path)) {
      try Checkpoint(folder.url)
    }
  }

  @Test func checksShapes() throws {
    let header = #"{"m":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]}}"#
    try folder.write("model.safetensors", safetensors(header, bytes((0..<6).map(Float.init))))
    let checkpoint = try Checkpoint(folder.url)
    func transposed(_ shape: [Int], _ runs: Range<Int>...) throws -> [Float] {
      try checkpoint.transposedMatrix("m", shape: shape, rows: runs).elements
    }
    #expect(try transposed([3, 2], 0..<3) == [0, 2, 4, 1, 3, 5])
    #expect(try transposed([3, 2], 1..<2) == [2, 3])
    #expect(try transposed([3, 2], 2..<3, 0..<1) == [4, 0, 5, 1])
    #expect(
      throws: CheckpointError.unexpectedShape(tensor: "m", expected: [2, 3], found: [3, 2])
    ) { try transposed([2, 3], 0..<2) }
    #expect(
      throws: CheckpointError.tensorNotFound(name: "no", place: folder.url.path)
    ) { try checkpoint.floats("no", shape: [1]) }
  }

  /// Experts may be stacked in one tensor: its first two dimensions count as rows.
  @Test func readsRowsOfAStack() throws {
    let header = #"{"m":{"dtype":"F32","shape":[2,2,3],"data_offsets":[0,48]}}"#
    try folder.write("model.safetensors", safetensors(header, bytes((0..<12).map(Float.init))))
    let matrix = try Checkpoint(folder.url).transposedMatrix("m", shape: [2, 2, 3], rows: [2..<4])
    #expect(matrix.rows == 3 && matrix.elements == [6, 9, 7, 10, 8, 11])
  }

  @Test func knowsTheFilesThatACopyNeeds() throws {
    try folder.write("model.safetensors", vectors("a"))
    for name in ["tokenizer.json", "LICENSE", "pytorch_model.bin", ".gitattributes", "x.gguf"] {
      try folder.write(name, "{}")
    }
    let names = try Checkpoint(folder.url).companionFiles().map(\.lastPathComponent)
    #expect(names == ["LICENSE", "tokenizer.json"])
  }
}
