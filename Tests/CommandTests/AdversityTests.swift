import Foundation
import TestSupport
import Testing

/// What happens to long jobs: full disks, inputs that change.
@Suite("A job in adversity")
struct AdversityTests {
  /// Large enough that something can happen meanwhile.
  private static let slow = {
    var model = TinyModel()
    (model.hidden, model.intermediate, model.blocks) = (256, 512, 16)
    return model
  }()

  private static let measure =
    "measure model -o m.json --qparams menu.json --calibration text.txt --rows 4 --tokens 64"

  /// Runs a script in a folder, in which $BPW is the tool.
  private func bash(_ script: String, in place: Workplace) throws -> Outcome {
    let printed = try TemporaryFolder()
    for name in ["out", "err"] { try printed.write(name, "") }
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/bash")
    shell.arguments = ["-c", script]
    shell.currentDirectoryURL = place.url
    shell.environment = ProcessInfo.processInfo.environment.merging(["BPW": Tool.url.path]) { $1 }
    shell.standardInput = FileHandle.nullDevice
    shell.standardOutput = try FileHandle(forWritingTo: printed["out"])
    shell.standardError = try FileHandle(forWritingTo: printed["err"])
    try shell.run()
    shell.waitUntilExit()
    return Outcome(
      output: try String(contentsOf: printed["out"], encoding: .utf8),
      errors: try String(contentsOf: printed["err"], encoding: .utf8),
      exitCode: shell.terminationStatus)
  }

  /// Whether this process may have file systems of its own.
  private static let canMount: Bool = {
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/bash")
    shell.arguments = ["-c", "unshare -m mount -t tmpfs tmpfs /mnt"]
    (shell.standardOutput, shell.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    guard (try? shell.run()) != nil else { return false }
    shell.waitUntilExit()
    return shell.terminationStatus == 0
  }()

  @Test(.enabled(if: canMount, "needs the right to mount a file system"))
  func onAFullDiskContinuesWhenThereIsRoom() throws {
    let place = try Workplace(Self.slow)
    try FileManager.default.createDirectory(
      at: place.folder["disk"], withIntermediateDirectories: true)
    let script = """
      set -u
      mount -t tmpfs -o size=400k tmpfs disk
      line="measure model --qparams menu.json --calibration text.txt --rows 4 --tokens 64"
      $BPW $line -o disk/m.json; echo "full $?"
      ls -A disk
      mount -o remount,size=20m disk
      $BPW $line -o disk/m.json > /dev/null; echo "room $?"
      ls -A disk
      $BPW $line -o plain.json -q > /dev/null
      cmp disk/m.json plain.json && echo same
      $BPW optimize plain.json -b 4 -o a.json -q > /dev/null
      mount -o remount,size=1500k disk
      $BPW convert model -a a.json -o disk/q; echo "convert $?"
      mount -o remount,size=50m disk
      $BPW convert model -a a.json -o disk/q > /dev/null; echo "again $?"
      $BPW convert model -a a.json -o q -q > /dev/null
      diff -r q disk/q && echo same
      mount -o remount,ro disk
      $BPW $line -o disk/n.json; echo "read-only $?"
      """
    try place.folder.write("script", script)
    let outcome = try bash("unshare -m bash script", in: place)
    let lines = outcome.output.split(separator: "\n")
    #expect(
      lines == [
        "full 1", "m.json.job", "room 0", "m.json", "same", "convert 1", "again 0", "same",
        "read-only 1",
      ], "\(outcome.output) \(outcome.errors)")
    let errors = outcome.errorLines.filter { $0.hasPrefix("Error: ") }
    #expect(errors.count == 3, "\(outcome.errors)")
    #expect(
      errors.first?.hasPrefix("Error: Cannot write disk/m.json.job/") == true
        && errors.first?.hasSuffix(": the disk is full.") == true, "\(errors)")
    #expect(errors.last?.contains("read-only") == true, "\(errors)")
    #expect(outcome.errors.contains("Continuing   "))
  }

  @Test func beyondTheSizeThatFilesMayHaveEndsWithASentence() throws {
    let place = try Workplace(Self.slow)
    let outcome = try bash("ulimit -f 100; $BPW \(Self.measure)", in: place)
    #expect(outcome.exitCode == 1)
    #expect(
      outcome.errorLines.last?.hasPrefix("Error: Cannot write m.json.job/") == true
        && outcome.errorLines.last?.hasSuffix(": the file may not be so large.") == true,
      "\(outcome.errors)")
    #expect(try bpw(Self.measure, in: place.url).exitCode == 0)
  }

  enum Change: CaseIterable, Sendable { case edited, cut, deleted }

  @Test("notices an input that changes, and keeps what is finished", arguments: Change.allCases)
  func noticesAChangingInput(change: Change) throws {
    let place = try Workplace(Self.slow)
    let printed = try TemporaryFolder()
    let process = try Tool.start(
      Self.measure.split(separator: " ").map(String.init), in: place.url, output: printed["out"],
      errors: printed["err"])
    func errors() throws -> String { try String(contentsOf: printed["err"], encoding: .utf8) }
    while process.isRunning, try !errors().contains("1/17") { usleep(1000) }
    kill(process.processIdentifier, SIGSTOP)
    let weights = place.folder["model/model.safetensors"]
    let original = try Data(contentsOf: weights)
    let file = try FileHandle(forUpdating: weights)
    switch change {
    case .edited:
      try file.seek(toOffset: UInt64(original.count - 4))
      try file.write(contentsOf: Data([1, 2, 3, 4]))
    case .cut: try file.truncate(atOffset: 1000)
    case .deleted: try FileManager.default.removeItem(at: weights)
    }
    try file.close()
    kill(process.processIdentifier, SIGCONT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    let last = try #require(try errors().split(separator: "\n").last)
    switch change {
    case .edited:
      #expect(process.terminationStatus == 1)
      #expect(last.hasPrefix("Error: model/model.safetensors was changed while it was read."))
    case .cut:
      #expect(process.terminationStatus == 1)
      #expect(
        last.hasPrefix("Error: model/model.safetensors became shorter while it was read.")
          || last.hasPrefix("Error: model/model.safetensors was changed while it was read."))
    case .deleted:
      // The system keeps a deleted file for those who have it open.
      #expect(process.terminationStatus == 0)
    }
    if change != .deleted {
      #expect(try place.contents().contains { $0.key.hasPrefix("m.json.job/unit-") })
      try original.write(to: weights)
      let again = try bpw(Self.measure, in: place.url)
      #expect(again.exitCode == 0 && again.errors.contains("Continuing "), "\(again.errors)")
    }
  }
}
