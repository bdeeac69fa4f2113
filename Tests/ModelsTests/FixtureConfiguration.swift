import Checkpoints
import Foundation
import Models
import TestSupport

/// The `config.json` of a tiny model, to be changed, and the names of its tensors.
struct FixtureConfiguration {
  var json: [String: Any]
  let tensors: Set<String>

  init(_ fixture: String) throws {
    let url = FixtureModel.url(fixture)
    let data = try Data(contentsOf: url.appending(path: "config.json"))
    json = try JSONSerialization.jsonObject(with: data) as! [String: Any]
    tensors = try Set(Checkpoint(url).tensorNames)
  }

  /// What it describes with these values, as JSON, in the places of others.
  func description(_ changes: [String: String] = [:]) throws -> ModelDescription {
    var raw = RawValues()
    var json = json
    for (key, value) in changes { json[key] = raw.placeholder(for: value) }
    return try ModelDescription(
      ModelConfiguration(raw.data(json), file: "config.json"), tensors: tensors)
  }
}

/// Values as they stand in a file, such as `NaN`, which Foundation doesn't write.
struct RawValues {
  private var values: [String] = []

  /// What stands for a value until the file is made.
  mutating func placeholder(for value: String) -> String {
    values.append(value)
    return "<\(values.count - 1)>"
  }

  func data(_ json: [String: Any]) throws -> Data {
    let data = try JSONSerialization.data(withJSONObject: json, options: [.sortedKeys])
    var text = String(decoding: data, as: UTF8.self)
    for (index, value) in values.enumerated() {
      text = text.replacing("\"<\(index)>\"", with: value)
    }
    return Data(text.utf8)
  }
}
