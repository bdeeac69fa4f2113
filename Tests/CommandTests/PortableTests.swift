import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("The matrix unit of a run")
struct PortableTests {
  private static let emulated = ["BPW_EMULATED_AMX": "1"]
  private static let portable = ["BPW_PORTABLE": "1"]

  private func measure(
    _ name: String, _ options: String = "", in place: Workplace, environment: [String: String]
  ) throws -> Data {
    let line = "measure model -o \(name).json \(Workplace.quick) \(options)"
    try #expect(run(line, in: place, environment: environment).errors == "")
    return try Data(contentsOf: place.folder["\(name).json"])
  }

  private func kernel(_ measurement: Data) throws -> String {
    let document = try JSONSerialization.jsonObject(with: measurement) as? [String: Any]
    let settings = try #require(document?["settings"] as? [String: Any])
    return try #require(settings["kernel"] as? String)
  }

  @Test(
    "is a choice of the commands that run a model",
    arguments: ["measure", "convert", "quantize", "eval", "sensitivity", "compare"])
  func isAChoice(command: String) throws {
    let help = try bpw([command, "--help"], in: PackageFolder.url).output
    #expect(help.contains("--portable"))
  }

  @Test func isNotChosenByAnythingElse() throws {
    let place = try Workplace()
    for (name, value) in [("BPW_PORTABLE", "yes"), ("BPW_EMULATED_AMX", "0")] {
      let outcome = try run("inspect model -q", in: place, environment: [name: value])
      #expect(outcome.errors.hasPrefix("Warning: \(name) is '\(value)'; only 1 has a meaning."))
      #expect(outcome.errorLines.count == 1)
    }
  }

  @Test func isOpenBLASAloneByFlagOrByEnvironment() throws {
    let place = try Workplace()
    let measured = try measure("e", in: place, environment: Self.portable)
    #expect(try measure("f", "--portable", in: place, environment: Self.emulated) == measured)
    #expect(
      try measure("g", in: place, environment: Self.emulated.merging(Self.portable) { $1 })
        == measured)
    #expect(try !kernel(measured).contains("AMX"))
  }

  @Test("leaves a run the same on any number of threads", arguments: [0, 6])
  func isTheSameOnOneThread(experts: Int) throws {
    var tiny = TinyModel()
    (tiny.experts, tiny.dtype) = (experts, .bf16)
    let place = try Workplace(tiny)
    let one = Self.emulated.merging(["BPW_THREADS": "1"]) { $1 }
    for (name, environment) in [("1", one), ("n", Self.emulated)] {
      try run(
        "measure model -o m\(name).json \(Workplace.quick)", in: place,
        environment: environment)
      try run("optimize m\(name).json -b 4.5 -o a\(name).json", in: place)
      try run("convert model -a a\(name).json -o q\(name)", in: place, environment: environment)
    }
    let contents = try place.contents()
    for name in ["m*.json", "q*/output.safetensors"] {
      let one = try #require(contents[name.replacing("*", with: "1")])
      #expect(one == contents[name.replacing("*", with: "n")], "\(name)")
    }
    #expect(try kernel(#require(contents["m1.json"])).hasSuffix("+emulated AMX"))
  }

  /// Errors of one run and another, as on two kinds of processors: close, yet not the same.
  @Test func changesWhatIsMeasuredByLittle() throws {
    let place = try Workplace()
    let documents = try [Self.portable, Self.emulated].enumerated().map { index, environment in
      try measure("m\(index)", in: place, environment: environment)
    }
    let errors = try documents.map { data in
      let document = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      let layers = try #require(document?["layers"] as? [[String: Any]])
      return layers.flatMap { layer in
        (layer["options"] as? [[String: Any]] ?? []).map { option in
          (option["errors"] as? [Double] ?? []).reduce(0, +)
        }
      }
    }
    #expect(errors[0].count == 45 && errors[0] != errors[1])
    #expect(zip(errors[0], errors[1]).allSatisfy { abs($0 / $1 - 1) < 0.05 })
  }
}
