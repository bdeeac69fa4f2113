import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// A `config.json` comes from strangers.
@Suite("A hostile configuration")
struct HostileConfigurationTests {
  private static let values = [
    "0", "-1", "1", "2", "7", "65536", "268435456", "9223372036854775807", "1e300", "-1e300",
    "1e-320", "1e-30", "0.5", "NaN", "Infinity", "-Infinity", "null", "\"\"", "[]", "{}", "true",
    "false", "\"x\"", "\"yarn\"", "[\"sliding_attention\"]", "[1, -1, 0]", "[[[]]]",
    "[\(repeatElement("1.5", count: 2000).joined(separator: ", "))]",
    "\"\(String(repeating: "For", count: 2000))\"", "{\"rope_type\": \"longrope\"}",
    "{\"full_attention\": {\"factor\": 1e300}, \"sliding_attention\": {\"rope_theta\": -1}}",
  ]

  /// Every key that any family here has been seen with.
  private static let keys: [String] = {
    var keys: Set<String> = []
    func collect(_ json: [String: Any]) {
      for (key, value) in json {
        keys.insert(key)
        if let object = value as? [String: Any] { collect(object) }
      }
    }
    for name in FixtureModel.names {
      if let file = try? FixtureConfiguration(name) { collect(file.json) }
    }
    return keys.sorted()
  }()

  @Test(
    "with one wrong value is described or refused",
    arguments: [
      "falcon-40b", "gemma3-multimodal", "gpt-neox", "granitemoe", "llama-modern", "ministral3",
      "phi3-longrope-long", "qwen3-moe", "stablelm-qknorm-parallel",
    ])
  func withOneWrongValue(fixture: String) throws {
    let original = try FixtureConfiguration(fixture)
    for (key, content) in original.json {
      for value in Self.values {
        var (json, raw) = (original.json, RawValues())
        json[key] = raw.placeholder(for: value)
        _ = try isDescribed(raw.data(json), original.tensors)
        guard let object = content as? [String: Any] else { continue }
        for innerKey in object.keys {
          var (inner, raw) = (object, RawValues())
          inner[innerKey] = raw.placeholder(for: value)
          json[key] = inner
          _ = try isDescribed(raw.data(json), original.tensors)
        }
      }
    }
  }

  @Test("with several wrong values is described or refused", arguments: FixtureModel.names)
  func withSeveralWrongValues(fixture: String) throws {
    let original = try FixtureConfiguration(fixture)
    let stream = fixture.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
    var generator = SeededGenerator(seed: 1, stream: stream)
    var described = 0
    for round in 0..<100 {
      var (json, raw) = (original.json, RawValues())
      for _ in 0...round % 3 { Self.damage(&json, &raw, &generator) }
      if try isDescribed(raw.data(json), original.tensors) { described += 1 }
    }
    #expect((1..<100).contains(described))
  }

  /// A description is as good as an error that says what is wrong.
  private func isDescribed(_ json: Data, _ tensors: Set<String>) throws -> Bool {
    let config = try ModelConfiguration(json, file: "config.json")
    do {
      let description = try ModelDescription(config, tensors: tensors)
      // What happens before stored tensors are compared with these.
      #expect(description.tensors.allSatisfy { $0.shape.allSatisfy { $0 > 0 } })
      #expect(description.linears.flatMap(\.split).allSatisfy { $0.weightCount > 0 })
      return true
    } catch {
      #expect(!error.localizedDescription.isEmpty)
      return false
    }
  }

  /// Puts a value in the place of one that is there, at any depth, or adds a key.
  private static func damage(
    _ json: inout [String: Any], _ raw: inout RawValues, _ generator: inout SeededGenerator
  ) {
    let present = json.keys.sorted()
    let isNew = present.isEmpty || generator.next(below: 4) == 0
    let key =
      isNew
      ? keys[generator.next(below: keys.count)] : present[generator.next(below: present.count)]
    if var object = json[key] as? [String: Any], generator.next(below: 4) > 0 {
      damage(&object, &raw, &generator)
      json[key] = object
    } else {
      json[key] = raw.placeholder(for: values[generator.next(below: values.count)])
    }
  }
}
