import BitAllocation
import Foundation
import Jobs
import TestSupport
import Testing

@Suite("A comparison")
struct ComparisonTests {
  private let observer: JobObserver = { _ in }

  private func contenders(_ names: [String]? = nil) -> [Contender] {
    Contender.list(names).map { contender in
      guard var annealing = contender.strategy as? AnnealingStrategy else { return contender }
      (annealing.runs, annealing.temperatures, annealing.proposals) = (2, 20, 10)
      return Contender(annealing)
    }
  }

  @Test func holdsEveryStrategyAgainstTheExactOne() throws {
    let measurement = try TinySession().measurement(sketch: 8)
    let (comparison, documents) = try ComparisonJob(
      measurement, request: AllocationRequest(.bitsPerWeight(4)), bitsPerWeight: [4, 6],
      contenders: contenders()
    ).run(observer: observer)
    #expect(comparison.entries.count == allAllocationStrategies.count + 4)
    #expect(comparison.entries[0].strategy == "exact")
    #expect(comparison.entries.count { $0.strategy == "random" } == 5)
    #expect(comparison.entries.count { $0.kind == .control } == 6)
    for (entry, row) in zip(comparison.entries, documents) {
      for (size, cell) in entry.cells.enumerated() {
        #expect(cell.bits <= comparison.sizes[size].budget)
        #expect(cell.relativeError >= 1 - 1e-9, "\(entry.strategy)")
        #expect(cell.bits == cell.layerBits.reduce(0, +))
        #expect(abs(cell.error - cell.layerErrors.reduce(0, +)) <= 1e-9 * cell.error)
        #expect(cell.options == row[size].layers.map(\.option))
      }
    }
    #expect(comparison.agreement == nil)
    let errors = comparison.frontier.map(\.error)
    #expect(errors == errors.sorted(by: >))
  }

  @Test func takesTheStrategiesThatAreAskedFor() {
    #expect(Contender.list(["uniform"]).map(\.name) == ["exact", "uniform"])
    #expect(Contender.list(["exact"]).map(\.name) == ["exact"])
  }

  @Test func measuresEachAllocationOnceAndContinues() throws {
    let session = try TinySession()
    let measurement = try session.measurement(sketch: 8)
    let windows = randomWindows(3, tokens: 24, vocabulary: 200, seed: 1)
    let (comparison, documents) = try ComparisonJob(
      measurement, request: AllocationRequest(.bitsPerWeight(4)), bitsPerWeight: [3.5, 5],
      contenders: contenders(["uniform", "greedy", "inverted", "random"])
    ).run(observer: observer)
    let folder = try TemporaryFolder()
    let settings = ComparisonSettings(measurement, windows: windows)
    var made = 0
    func measured() throws -> Comparison {
      try ComparisonMeasurement(
        in: JobDirectory(folder["job"], settings: settings)
      ) {
        made += 1
        return try AllocationEvaluation(
          session.opened, rows: session.rows, windows: windows, unscored: nil,
          observer: observer)
      }.run(comparison, documents: documents, observer: observer)
    }
    let first = try measured()
    #expect(made == 1)
    let different = Set(documents.flatMap { $0 }.map { $0.layers.map(\.option) }).count
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder["job"].path)
        .count { $0.hasPrefix("unit-") } == different)
    // Nothing is left to do, so no model is run.
    let second = try measured()
    #expect(made == 1)
    #expect(try encoded(first) == encoded(second))

    let exact = try #require(first.entries[0].cells[0].measured)
    #expect(exact.difference == nil && exact.divergence.value > 0)
    for entry in first.entries.dropFirst() {
      let found = try #require(entry.cells[0].measured)
      let difference = try #require(found.difference)
      #expect(
        abs(difference.estimate.value - (found.divergence.value - exact.divergence.value)) < 1e-9)
    }
    #expect(try #require(first.agreement).rankCorrelation > 0.5)

    let other = ComparisonSettings(measurement, windows: Array(windows.dropLast()))
    #expect(other.digest != settings.digest)
    #expect(throws: JobError.self) { try JobDirectory(folder["job"], settings: other) }
  }

  private func encoded(_ comparison: Comparison) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(comparison)
  }
}
