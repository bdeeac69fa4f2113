import Foundation
import TestSupport
import Testing

/// Damaged files of every kind. `scripts/fuzz` runs this for long, and says how an input that led
/// to a crash is found again.
@Suite("Damaged files")
struct FuzzTests {
  private static let environment = ProcessInfo.processInfo.environment

  /// Inputs per target.
  private static let inputs = environment["BPW_FUZZ_INPUTS"].flatMap(Int.init) ?? 1000

  /// Other seeds give other inputs.
  private static let seed = environment["BPW_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

  /// The targets whose names begin so.
  private static let chosen: [Int] = {
    let prefix = environment["BPW_FUZZ_TARGET"] ?? ""
    return FuzzTargets.makers.indices.filter { FuzzTargets.makers[$0].name.hasPrefix(prefix) }
  }()

  /// Processor seconds that one input may take, and bytes by which one target's may make the
  /// process grow. Inputs are at most a few megabytes, and others run beside them.
  private static let (limit, growth) = (2.0, 1 << 30)

  @Test("are read, or refused with a sentence that names the file", arguments: chosen)
  func areReadOrRefused(index: Int) throws {
    let target = try FuzzTargets.makers[index].make()
    let seeds = target.mutator.seedCount
    let journal = try FuzzJournal(target: target.name, seed: Self.seed)
    let before = peakBytes()
    let report = target.run(
      seed: Self.seed, indices: 0..<seeds + Self.inputs / target.thinning, journal: journal)
    journal.finish()
    print(
      "fuzz \(target.name): \(report.tried) tried, \(report.accepted) read, slowest "
        + "\(String(format: "%.1f", report.slowest.seconds * 1e3)) ms at \(report.slowest.index)")

    let first = report.complaints.prefix(5).map { "\(target.name):\(Self.seed):\($0) \($1)" }
    #expect(report.complaints.isEmpty, Comment(rawValue: first.joined(separator: "\n")))
    #expect(report.slowest.seconds < Self.limit, "at \(report.slowest.index)")
    #expect(peakBytes() - before < Self.growth)
    // Otherwise the seeds are no such files, or nothing is looked at.
    #expect(report.accepted >= seeds && report.tried >= seeds)
  }

  /// `BPW_FUZZ_REPLAY=target:seed:index`, as the journal has it.
  @Test("can be made again one by one", .enabled(if: environment["BPW_FUZZ_REPLAY"] != nil))
  func canBeMadeAgain() throws {
    let parts = try #require(Self.environment["BPW_FUZZ_REPLAY"]).split(separator: ":")
    let maker = try #require(FuzzTargets.makers.first { parts.first.map(String.init) == $0.name })
    let (seed, index) = try (#require(UInt64(parts[1])), #require(Int(parts[2])))
    let target = try maker.make()
    let input = target.mutator.input(seed: seed, index: index)
    let file = FileManager.default.temporaryDirectory.appending(path: "bpw-fuzz-input")
    try input.write(to: file)
    print("the input is in \(file.path)")
    do {
      try target.read(input)()
      print("it is read")
    } catch {
      print("\(error.localizedDescription)")
      #expect(target.complaint(about: error, whenUsed: true) == nil)
    }
  }

  private func peakBytes() -> Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss * 1024
  }
}
