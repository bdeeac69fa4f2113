import Foundation
import TestSupport
import Testing

@Suite("An interruption")
struct InterruptionTests {
  /// Large enough to be caught at work.
  private static let slow = {
    var model = TinyModel()
    (model.hidden, model.intermediate, model.blocks) = (256, 512, 24)
    return model
  }()

  @Test(
    "leaves nothing half-written, and says how to continue",
    arguments: ["measure model -o new.json --tokens 128", "convert model -a a.json -o new"],
    [SIGINT, SIGTERM])
  func leavesNothing(line: String, signal: Int32) throws {
    let place = try Workplace(Self.slow)
    if line.hasPrefix("convert") { try addAllocation(to: place) }
    let outcome = try interrupt(line, in: place, signal)
    #expect(outcome.exitCode == 128 + signal)
    #expect(outcome.output == "")
    let last = try #require(outcome.errorLines.last)
    let done = try #require(
      last.wholeMatch(of: /Stopped after ([0-9]+) of 25 parts\. Run the same command to continue\./)
    )
    // What is written before the program ends is not lost.
    let again = try bpw(line, in: place.url)
    #expect(again.exitCode == 0)
    #expect(again.errors.contains("Continuing   \(done.output.1) of 25 were done before"))
  }

  @Test func keepsTheMeasurement() throws {
    let place = try Workplace(Self.slow)
    let outcome = try interrupt(
      "quantize model -b 4.5 -o new --qparams menu.json --calibration text.txt --rows 1 --tokens 16",
      in: place, SIGINT, keeping: "model.measurement.json")
    #expect(outcome.exitCode == 130)
    #expect(
      outcome.errorLines.last?.hasSuffix(
        "Run the same command to continue. Written before, and complete: model.measurement.json.")
        == true)
  }

  @Test func ofTheReaderIsNoError() throws {
    let place = try Workplace()
    try place.addResults()
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/bash")
    shell.arguments = [
      "-c", "set -o pipefail; '\(Tool.url.path)' optimize m.json -b 4 -o new.json | true",
    ]
    shell.currentDirectoryURL = place.url
    shell.standardOutput = FileHandle.nullDevice
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
    #expect(try place.folder.names.contains("new.json"))
  }

  private func addAllocation(to place: Workplace) throws {
    for line in [
      "measure model -o m.json --qparams menu.json --calibration text.txt --rows 1 --tokens 16",
      "optimize m.json -b 4.5 -o a.json",
    ] {
      let outcome = try bpw(line, in: place.url)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
    }
  }

  /// Starts a command and stops it when its first unit is done, of the last job if a file of an
  /// earlier one is kept. Nothing but the job's folder may have been added.
  private func interrupt(
    _ line: String, in place: Workplace, _ signal: Int32, keeping kept: String? = nil
  ) throws -> Outcome {
    let printed = try TemporaryFolder()
    let before = try place.contents()
    let process = try Tool.start(
      line.split(separator: " ").map(String.init), in: place.url, output: printed["out"],
      errors: printed["err"])
    func errors() throws -> String { try String(contentsOf: printed["err"], encoding: .utf8) }
    let sign = kept != nil || line.hasPrefix("convert") ? "Converting " : "Measuring "
    while process.isRunning, try !errors().contains(sign) { usleep(2000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()

    var after = try place.contents()
    if let kept { #expect(after.removeValue(forKey: kept) != nil) }
    #expect(after.contains { $0.key.contains(".job/unit-") })
    #expect(after.filter { !$0.key.contains(".job") } == before)
    return Outcome(
      output: try String(contentsOf: printed["out"], encoding: .utf8), errors: try errors(),
      exitCode: process.terminationStatus)
  }
}
