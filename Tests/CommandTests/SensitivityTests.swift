import Foundation
import TestSupport
import Testing

@Suite("The command 'sensitivity'")
struct SensitivityTests {
  private static let line =
    "sensitivity model -m m.json -o s.json --method both --rows 2 --gate 2"

  private func find(_ place: Workplace, environment: [String: String] = [:]) throws -> Data {
    let outcome = try bpw(Self.line, in: place.url, environment: environment)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("lm_head"))
    #expect(outcome.output.contains("with the sensitivities"))
    #expect(try !place.folder.names.contains("s.json.job"))
    return try Data(contentsOf: place.folder["s.json"])
  }

  @Test func givesTheSameOnOneThread() throws {
    let place = try Workplace()
    try place.addResults()
    let many = try find(place)
    try place.remove("s.json")
    #expect(try find(place, environment: ["BPW_THREADS": "1"]) == many)
  }

  @Test("continues when it was stopped, with the same bytes", arguments: [SIGINT, SIGKILL])
  func continues(signal: Int32) throws {
    let place = try Workplace()
    try place.addResults()
    let whole = try find(place)
    try place.remove("s.json")

    let printed = try TemporaryFolder()
    let process = try Tool.start(
      Self.line.split(separator: " ").map(String.init), in: place.url, output: printed["out"],
      errors: printed["err"])
    func errors() throws -> String { try String(contentsOf: printed["err"], encoding: .utf8) }
    while process.isRunning, try !errors().contains("1/5") { usleep(1000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    if signal == SIGINT, process.terminationStatus != 0 {
      #expect(process.terminationStatus == 130)
      #expect(try errors().hasSuffix("parts. Run the same command to continue.\n"))
    }
    // On a machine with much to do it may have come to its end.
    if try place.folder.names.contains("s.json") { return }
    #expect(try place.folder.names.contains("s.json.job"))

    let other = try bpw(Self.line + " --seed 2", in: place.url)
    #expect(other.exitCode == 1)
    #expect(other.errors.contains("s.json.job holds an unfinished job with other settings"))
    #expect(other.errors.contains("seed 1 instead of 2"))

    let again = try bpw(Self.line, in: place.url)
    #expect(again.exitCode == 0, "\(again.errors)")
    #expect(!again.errors.contains("1/5"))
    #expect(try Data(contentsOf: place.folder["s.json"]) == whole)
    #expect(try !place.folder.names.contains("s.json.job"))
  }

  @Test func refusesAMeasurementOfAnotherModel() throws {
    let place = try Workplace()
    try place.addResults()
    try place.put(0.5, into: "model.norm.weight")
    let outcome = try bpw(Self.line, in: place.url)
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains("The measurement is of a model with fingerprint"))
    #expect(try !place.folder.names.contains("s.json.job"))
  }

  @Test(
    "refuses settings that can't be",
    arguments: ["--rows 1", "--anchors 3,x", "--anchors 0", "--gate -1", "--method best"])
  func refusesSettings(setting: String) throws {
    let place = try Workplace()
    let outcome = try bpw("sensitivity model -m m.json -o s.json \(setting)", in: place.url)
    #expect(outcome.exitCode == 64)
    #expect(outcome.errors.contains(String(setting.split(separator: " ")[0])))
  }

  @Test func printsOneDocument() throws {
    let place = try Workplace()
    try place.addResults()
    let outcome = try bpw(
      "sensitivity model -m m.json -o s.json --rows 2 --gate 0 --json -q", in: place.url)
    let json = try #require(outcome.json)
    #expect(json["kind"] as? String == "bpw.sensitivity" && outcome.errors == "")
    #expect((json["layers"] as? [Any])?.count == 15)
  }
}
