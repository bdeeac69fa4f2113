import Foundation
import TestSupport
import Testing

/// A job that is killed, and started again by the same command.
@Suite("A killed job")
struct ContinuationTests {
  private static let demo = PackageFolder.path("models/demo").path

  /// Measuring and converting the demo model, quickly.
  private static let rows = "--qparams menu.json --rows 6 --tokens 128 --calibration text.txt"
  private static let measure = "measure demo -o m.json \(rows)"
  private static let convert = "convert demo -a a.json -o q"

  /// A folder with the demo model and a measurement and an allocation of it.
  private static let made = Result {
    let place = try Workplace()
    try FileManager.default.createSymbolicLink(
      at: place.folder["demo"], withDestinationURL: URL(filePath: demo))
    try place.folder.write("text.txt", String(repeating: Workplace.text + "\n", count: 40))
    for line in [measure, "optimize m.json -b 3.5 -o a.json", convert] {
      let outcome = try bpw(line, in: place.url)
      guard outcome.exitCode == 0 else {
        throw Workplace.Failure(line: line, errors: outcome.errors)
      }
    }
    return place
  }

  private func place() throws -> Workplace {
    let made = try Self.made.get()
    let place = try Workplace()
    for name in ["demo", "text.txt", "a.json"] {
      try? place.remove(name)
      try FileManager.default.copyItem(at: made.folder[name], to: place.folder[name])
    }
    return place
  }

  /// Kills a command at random moments until it gets through, and returns how often it was.
  private func run(_ line: String, in place: Workplace, seed: UInt64) throws -> Int {
    var random = SystemSeeded(seed: seed)
    let printed = try TemporaryFolder()
    var kills = 0
    // Later and later, so that it gets to its end on any machine.
    var limit = 0.3
    while true {
      let process = try Tool.start(
        line.split(separator: " ").map(String.init), in: place.url, output: printed["out"],
        errors: printed["err"])
      let end = Date().addingTimeInterval(limit * random.next())
      while process.isRunning, Date() < end { usleep(1000) }
      if process.isRunning {
        kill(process.processIdentifier, SIGKILL)
        kills += 1
        limit *= 1.1
      }
      process.waitUntilExit()
      if process.terminationReason == .exit {
        let errors = try String(contentsOf: printed["err"], encoding: .utf8)
        #expect(process.terminationStatus == 0, "\(errors)")
        return kills
      }
      guard kills < 200 else { throw Workplace.Failure(line: line, errors: "never finished") }
    }
  }

  @Test("gives the same bytes", arguments: 1...4)
  func givesTheSameBytes(seed: UInt64) throws {
    let expected = try Self.made.get().contents()
    let place = try place()
    var kills = try run(Self.measure, in: place, seed: seed)
    kills += try run(Self.convert, in: place, seed: seed + 100)
    #expect(kills >= 4)
    let contents = try place.contents()
    #expect(contents["m.json"] == expected["m.json"])
    for (name, content) in expected where name.hasPrefix("q/") {
      #expect(contents[name] == content, "\(name)")
    }
    // Nothing is left over.
    let names = Set(contents.keys)
    #expect(names.isSubset(of: Set(expected.keys)), "\(names.subtracting(expected.keys))")
  }

  @Test func thatWasFinishedDoesNothing() throws {
    let place = try place()
    for (line, word) in [(Self.measure, "Measurement"), (Self.convert, "Conversion")] {
      #expect(try bpw(line, in: place.url).exitCode == 0)
      let before = try place.contents()
      let again = try bpw(line, in: place.url)
      #expect(again.exitCode == 0)
      #expect(
        again.errors.contains(
          "\(word.padding(toLength: 12, withPad: " ", startingAt: 0)) complete in"))
      #expect(try place.contents() == before)
      // Another setting is not what is there.
      let other = try bpw(line + " --seed 3", in: place.url)
      #expect(other.exitCode == 1)
      #expect(
        other.errors.contains("exists, and was made with other settings: seed 1 instead of 3"))
      #expect(try place.contents() == before)
    }
  }

  @Test func isNotContinuedWithOtherSettings() throws {
    let place = try place()
    try stopAfterOneBlock(Self.measure, in: place)
    let outcome = try bpw(Self.measure + " --sketch 16", in: place.url)
    #expect(outcome.exitCode == 1)
    #expect(
      outcome.lastError
        == "Error: m.json.job holds an unfinished job with other settings: sketch 32 instead of 16. "
        + "Give the same settings to continue it, or delete the folder to start afresh.")
    #expect(try bpw(Self.measure, in: place.url).exitCode == 0)
    #expect(
      try place.contents()["m.json"] == Self.made.get().contents()["m.json"])
  }

  @Test func ofAnotherVersionIsNotContinued() throws {
    let place = try place()
    try FileManager.default.createDirectory(
      at: place.folder["m.json.job"], withIntermediateDirectories: true)
    try place.folder.write(
      "m.json.job/job.json", #"{"kind": "bpw.job", "version": 1, "settings": {}}"#)
    let outcome = try bpw(Self.measure, in: place.url)
    #expect(outcome.exitCode == 1)
    #expect(
      outcome.lastError
        == "Error: m.json.job was begun by another version of bpw: its job is of version 1, and this "
        + "one continues version 2. Delete the folder to start afresh.")
  }

  @Test func runsOnceAtATime() throws {
    let place = try place()
    let printed = try TemporaryFolder()
    let process = try Tool.start(
      Self.measure.split(separator: " ").map(String.init), in: place.url, output: printed["out"],
      errors: printed["err"])
    let job = place.folder["m.json.job/job.json"].path
    while process.isRunning, !FileManager.default.fileExists(atPath: job) { usleep(1000) }
    kill(process.processIdentifier, SIGSTOP)
    let outcome = try bpw(Self.measure, in: place.url)
    kill(process.processIdentifier, SIGCONT)
    #expect(outcome.exitCode == 1)
    #expect(
      outcome.lastError
        == "Error: m.json.job is in use: another bpw is at work on the same output. Wait for it, or "
        + "give another output.")
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test("gives the same bytes with any memory and any threads")
  func givesTheSameBytesWithAnyMemory() throws {
    let place = try place()
    // More rows than are worked on together.
    let measure = "measure demo -o m.json --qparams menu.json --rows 96 --tokens 128"
    for line in [measure, Self.convert] {
      let planned = try planned(line, in: place)
      let expected = try place.contents()
      // Just enough for all but the states.
      let limit = planned - 1_000_000
      let spilled = try bpw(
        line + " --overwrite --memory \(limit)", in: place.url,
        environment: ["BPW_THREADS": "5"])
      #expect(spilled.exitCode == 0 && spilled.errors.contains("go to files"), "\(spilled.errors)")
      #expect(try place.contents() == expected)
      #expect(try bpw("optimize m.json -b 3.5 -o a.json --overwrite", in: place.url).exitCode == 0)
    }
    let refused = try bpw(measure + " --overwrite --memory 130MB", in: place.url)
    #expect(refused.exitCode == 1)
    #expect(refused.errors.contains("of memory, and 0.121 GiB may be used:"), "\(refused.errors)")
  }

  /// The memory, in bytes, that a command plans to take.
  private func planned(_ line: String, in place: Workplace) throws -> Int {
    let outcome = try bpw(line, in: place.url, environment: ["BPW_THREADS": "1"])
    let match = try #require(outcome.errors.firstMatch(of: /Memory +([0-9.]+) MiB of/))
    return Int(try #require(Double(match.output.1)) * 0x1p20)
  }

  private func stopAfterOneBlock(_ line: String, in place: Workplace) throws {
    let printed = try TemporaryFolder()
    let process = try Tool.start(
      line.split(separator: " ").map(String.init), in: place.url, output: printed["out"],
      errors: printed["err"])
    while process.isRunning,
      try !String(contentsOf: printed["err"], encoding: .utf8).contains("1/6")
    {
      usleep(1000)
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
  }
}

/// Fractions that depend on a seed.
private struct SystemSeeded {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 }

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }
}
