import ByteJSON
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Tensors
import TestSupport

@Sendable
func jsonTarget() throws -> FuzzTarget {
  let fixtures = try ["exllama/llama.imported.json", "models/qwen2-5-vl/config.json"].map {
    try Data(contentsOf: PackageFolder.path("Tests/Fixtures/\($0)"))
  }
  let small = #"{"é\n😀\ud83d\ude00\"\\":[true,null,-1.5e3,{"":[]},9223372036854775807,1e-7]}"#
  return FuzzTarget("json", .json, seeds: [Data(small.utf8)] + fixtures, places: ["Line "]) {
    input in
    let value = try JSONValue.parse(input, allowingNonFinite: input.count % 2 == 0)
    return {
      // What was read is written and read again, which touches every key and string.
      let again = try JSONValue.parse(Data(value.json.utf8), allowingNonFinite: true)
      guard again.json == value.json else {
        throw Unexpected("\(value.json) becomes \(again.json)")
      }
    }
  }
}

/// A safetensors file of some tensors, back to back, in this order.
private func safetensors(_ tensors: [(name: String, type: TensorType, shape: [Int])]) -> Data {
  var entries: [String] = []
  var end = 0
  for tensor in tensors {
    let size = tensor.shape.reduce(tensor.type.bitWidth, *) / 8
    let shape = tensor.shape.map(String.init).joined(separator: ",")
    entries.append(
      #""\#(tensor.name)":{"dtype":"\#(tensor.type.rawValue)","shape":[\#(shape)],"#
        + #""data_offsets":[\#(end),\#(end + size)]}"#)
    end += size
  }
  let header = Data(#"{"__metadata__":{"format":"pt"},\#(entries.joined(separator: ","))}"#.utf8)
  let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
  return length + header + Data((0..<end).map { UInt8(truncatingIfNeeded: $0 % 59) })
}

@Sendable
func safetensorsTarget() throws -> FuzzTarget {
  let file = try ChangingFile("a.safetensors")
  let seeds = [
    safetensors([("a", .f32, [2, 3]), ("b", .bf16, [4]), ("c", .f64, []), ("d", .f16, [2, 2, 2])]),
    safetensors([
      ("i8", .i8, [3]), ("u16", .u16, [2, 1]), ("i32", .i32, [2]), ("u64", .u64, [2]),
      ("bool", .bool, [5]), ("f4", .f4, [2, 2]), ("none", .f32, [0, 7]),
    ]),
  ]
  return FuzzTarget("safetensors", .safetensors, seeds: seeds, places: ["a.safetensors"]) { input in
    let opened = try SafetensorsFile(file.write(input))
    return {
      for tensor in opened.tensors {
        guard tensor.bytes().count == tensor.description.byteCount else {
          throw Unexpected("\(tensor.description) has \(tensor.bytes().count) bytes")
        }
        for read in readers { do { try read(tensor) } catch is CheckpointError {} }
      }
    }
  }
}

private let readers: [@Sendable (TensorView) throws -> Void] = [
  { _ = try $0.floats() }, { _ = try $0.integers() }, { _ = try $0.int32s() },
  { _ = try $0.uint16s() }, { _ = try $0.flattened.matrix() },
  { _ = try $0.flattened.transposedMatrix() },
  {
    guard let rows = $0.shape.first, $0.dtype.bitWidth >= 8 else { return }
    _ = try $0.rows(rows / 2..<rows).matrix()
  },
]

@Sendable
func indexTarget() throws -> FuzzTarget {
  let file = try ChangingFile("model.safetensors.index.json", in: "sharded")
  let folder = file.url.deletingLastPathComponent()
  let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
  for (name, tensors) in zip(names, [["a", "b"], ["c", "a"]]) {
    try safetensors(tensors.map { ($0, .f32, [2]) }).write(to: folder.appending(path: name))
  }
  try Data("{}".utf8).write(to: folder.appending(path: "config.json"))
  let index = #"""
    {"metadata": {"total_size": 24}, "weight_map": {"a": "\#(names[0])", "b": "\#(names[0])",
     "c": "\#(names[1])"}}
    """#
  return FuzzTarget(
    "index", .json, seeds: [Data(index.utf8)],
    places: ["model.safetensors.index.json", "sharded"] + names
  ) { input in
    _ = try file.write(input)
    let checkpoint = try Checkpoint(folder)
    return { for name in checkpoint.tensorNames { _ = try checkpoint.floats(name, shape: [2]) } }
  }
}

@Sendable
func tokenIDsTarget() throws -> FuzzTarget {
  let file = try ChangingFile("ids.safetensors")
  let seeds = [
    safetensors([("input_ids", .i64, [2, 3])]), safetensors([("input_ids", .u8, [3, 2])]),
    safetensors([("input_ids", .i32, [1, 4])]),
  ]
  return FuzzTarget("token-ids", .safetensors, seeds: seeds, places: ["ids.safetensors"]) { input in
    let ids = try TokenIDFile(file.write(input))
    return {
      guard !ids.rows.isEmpty, ids.rows.allSatisfy({ $0.count == ids.rows[0].count }) else {
        throw Unexpected("rows of \(ids.rows.map(\.count)) tokens")
      }
    }
  }
}

@Sendable
func textTarget() throws -> FuzzTarget {
  let file = try ChangingFile("t.jsonl")
  let lines = "{\"text\": \"one\"}\n\n{\"id\": 3, \"text\": \"tw\\u00f6\"}\r\n{\"text\": \"\"}\n"
  return FuzzTarget(
    "text", .jsonLines, seeds: [Data(lines.utf8)], places: ["t.jsonl"]
  ) { input in
    let text = try TextFile(file.write(input))
    return { _ = text.documents.map(\.utf8.count) }
  }
}
