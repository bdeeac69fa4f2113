import Foundation
import Jobs
import TestSupport
import Testing

@Suite("A job's directory")
struct JobDirectoryTests {
  private struct Settings: Codable, Equatable {
    var rows = 16
    var text = "built-in"
    var damping: Double?
    var inner = ["sketch": 32]
  }

  private struct Outcome: Codable, Equatable {
    var errors: [Double]
    var note: String
  }

  private struct Stop: Error {}

  private let folder = try! TemporaryFolder()
  private var url: URL { folder["x.job"] }

  private func outcome(_ unit: Int) -> Outcome {
    Outcome(errors: [1 / Double(unit + 3), .infinity, -0.0], note: "unit \(unit)/\"ü\"")
  }

  /// Five units, of which `computed` gets those that weren't on disk; stops in front of one.
  private func run(
    _ url: URL, stoppingAt stop: Int? = nil, computed: inout [Int]
  ) throws -> [Outcome] {
    let job = try JobDirectory(url, settings: Settings())
    return try (0..<5).map { unit in
      try job.result(of: "unit \(unit)/a") {
        if unit == stop { throw Stop() }
        computed.append(unit)
        return outcome(unit)
      }
    }
  }

  private func contents(_ url: URL) throws -> [String: Data] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: url.appending(path: $1))
    }
  }

  @Test("continues wherever it was stopped, with the same bytes", arguments: 0..<5)
  func continues(stop: Int) throws {
    var computed: [Int] = []
    let whole = try run(folder["whole"], computed: &computed)
    #expect(whole == (0..<5).map(outcome) && computed == [0, 1, 2, 3, 4])

    computed = []
    #expect(throws: Stop.self) { try run(url, stoppingAt: stop, computed: &computed) }
    #expect(computed == Array(0..<stop))
    computed = []
    #expect(try run(url, computed: &computed) == whole)
    #expect(computed == Array(stop..<5))
    #expect(try contents(url) == contents(folder["whole"]))
  }

  @Test func computesADamagedUnitAgain() throws {
    var computed: [Int] = []
    let whole = try run(url, computed: &computed)
    let before = try contents(url)
    for (name, data) in before where name.hasPrefix("unit") {
      // Cut off anywhere, emptied, or with one character changed.
      var damages = stride(from: 0, to: data.count, by: 7).map { data.prefix($0) }
      damages.append(data.prefix(data.count - 1))
      var changed = data
      let digit = try #require(data.lastIndex(of: UInt8(ascii: "3")))
      changed[digit] = UInt8(ascii: "4")
      damages.append(changed)
      for damaged in damages {
        try Data(damaged).write(to: url.appending(path: name))
        computed = []
        #expect(try run(url, computed: &computed) == whole)
        #expect(computed.count == 1)
        #expect(try contents(url) == before)
      }
    }
    // The file of another unit is no result either.
    let names = before.keys.filter { $0.hasPrefix("unit") }.sorted()
    try before[names[1]]!.write(to: url.appending(path: names[0]))
    computed = []
    #expect(try run(url, computed: &computed) == whole)
    #expect(computed == [0])
  }

  @Test func refusesOtherSettings() throws {
    _ = try JobDirectory(url, settings: Settings())
    _ = try JobDirectory(url, settings: Settings())
    var other = Settings()
    (other.rows, other.damping, other.inner["sketch"]) = (32, 0.5, 8)
    let error = JobError.otherSettings(
      directory: url.relativePath,
      differences: [
        "damping not given instead of 0.5", "inner.sketch 32 instead of 8",
        "rows 16 instead of 32",
      ])
    #expect(throws: error) { try JobDirectory(url, settings: other) }
    // Settings of another kind altogether.
    #expect(throws: JobError.self) { try JobDirectory(url, settings: ["rows": ["a": 1]]) }
  }

  @Test func refusesWhatIsNoJob() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try Data("text".utf8).write(to: url.appending(path: "notes.txt"))
    let error = JobError.noJobDirectory(url.relativePath)
    #expect(throws: error) { try JobDirectory(url, settings: Settings()) }
    try Data("text".utf8).write(to: url.appending(path: "job.json"))
    #expect(throws: error) { try JobDirectory(url, settings: Settings()) }
    try folder.write("file", "text")
    #expect(throws: JobError.noJobDirectory(folder["file"].relativePath)) {
      try JobDirectory(folder["file"], settings: Settings())
    }
  }

  @Test func knowsWhatIsDone() throws {
    var computed: [Int] = []
    #expect(throws: Stop.self) { try run(url, stoppingAt: 2, computed: &computed) }
    let job = try JobDirectory(url, settings: Settings())
    #expect((0..<5).map { job.hasResult(of: "unit \($0)/a") } == [true, true, false, false, false])
    try job.remove()
    #expect(!FileManager.default.fileExists(atPath: url.path))
  }
}
