import Checkpoints
import Foundation
import TestSupport

/// A folder as a user may have it: a tiny model, a text, a short menu, and what the tool made of
/// them.
final class Workplace: Sendable {
  let folder: TemporaryFolder
  var url: URL { folder.url }

  /// Options that make measuring quick.
  static let quick = "--qparams menu.json --calibration text.txt --rows 2 --tokens 32 --quiet"

  static let menu = """
    {"kind": "bpw.qparams", "version": 1, "format": "exl2", "options": [
      {"bits": [3, 2], "group_size": [32, 32], "share": [0.25, 0.75]},
      {"bits": [4], "group_size": [32], "share": [1]},
      {"bits": [8], "group_size": [32], "share": [1]}]}
    """

  static let text = String(
    repeating: "Snow fell on the harbour all night, and nobody came.\n", count: 12)

  /// Writes the model, the menu and the text.
  init(_ tiny: TinyModel = TinyModel()) throws {
    folder = try TemporaryFolder()
    try tiny.write(to: folder["model"])
    try folder.write("menu.json", Self.menu)
    try folder.write("text.txt", Self.text)
  }

  /// Adds m.json, a.json and the folder `quantized`, which are always the same.
  func addResults() throws {
    let made = try Self.made.get()
    for name in ["m.json", "a.json", "quantized"] {
      try FileManager.default.copyItem(at: made.folder[name], to: folder[name])
    }
  }

  private static let made = Result {
    let made = try Workplace()
    for line in [
      "measure model -o m.json \(quick)", "optimize m.json --bits 4.5 -o a.json",
      "convert model -a a.json -o quantized -q",
    ] {
      let outcome = try bpw(line, in: made.url)
      guard outcome.exitCode == 0 else { throw Failure(line: line, errors: outcome.errors) }
    }
    atexit { Workplace.removeMade() }
    return made
  }

  private static func removeMade() {
    if case .success(let made) = made { try? FileManager.default.removeItem(at: made.url) }
  }

  struct Failure: Error {
    let line: String
    let errors: String
  }

  /// Everything in the folder, hidden or not, with its content.
  func contents() throws -> [String: Data] {
    let names = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, (try? Data(contentsOf: folder[$0])) ?? Data("folder".utf8))
      })
  }
}

/// What can happen to files.
extension Workplace {
  /// Takes away the one line of a file that has a text in it.
  func removeLine(with text: String, in name: String) throws {
    let lines = try String(contentsOf: folder[name], encoding: .utf8).components(separatedBy: "\n")
    let kept = lines.filter { !$0.contains(text) }
    precondition(kept.count == lines.count - 1)
    try folder.write(name, kept.joined(separator: "\n"))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(at: folder[name]) }

  func copy(_ name: String, to other: String) throws {
    try FileManager.default.copyItem(at: folder[name], to: folder[other])
  }

  /// Keeps the first half of a file.
  func cut(_ name: String) throws {
    let data = try Data(contentsOf: folder[name])
    try folder.write(name, data.prefix(data.count / 2))
  }

  /// Replaces a text that must occur in a file.
  func replace(_ old: String, by new: String, in name: String) throws {
    let text = try String(contentsOf: folder[name], encoding: .utf8)
    guard text.contains(old) else { throw Failure(line: "replace \(old)", errors: text) }
    try folder.write(name, text.replacing(old, with: new))
  }

  /// Rewrites the header of the model's weights.
  func editHeader(_ edit: (inout [String: [String: Any]]) -> Void) throws {
    var (header, content) = try weights()
    edit(&header)
    try write(header, content)
  }

  /// Puts a value at the beginning of a tensor.
  func put(_ value: Float, into tensor: String) throws {
    var (header, content) = try weights()
    let start = (header[tensor]!["data_offsets"] as! [Int])[0]
    withUnsafeBytes(of: value) { content.replaceSubrange(start..<start + 4, with: $0) }
    try write(header, content)
  }

  private func weights() throws -> (header: [String: [String: Any]], content: Data) {
    let data = try Data(contentsOf: folder["model/model.safetensors"])
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: data[8..<8 + length])
    return (header as! [String: [String: Any]], Data(data[(8 + length)...]))
  }

  private func write(_ header: [String: [String: Any]], _ content: Data) throws {
    let json = try JSONSerialization.data(withJSONObject: header)
    let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    try folder.write("model/model.safetensors", length + json + content)
  }

  /// Writes token ids as `eval` reads them.
  func writeTokenIDs(_ ids: [[Int32]], named name: String = "input_ids") throws {
    let writer = try SafetensorsWriter(
      at: folder["ids.safetensors"],
      tensors: [TensorDescription(name, .i32, [ids.count, ids.first?.count ?? 0])])
    try ids.flatMap(\.self).withUnsafeBytes { try writer.write(name, $0, atByte: 0) }
    try writer.finish()
  }
}
