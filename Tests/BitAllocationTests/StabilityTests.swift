import BitAllocation
import Testing

import struct BitAllocation.Measurement

@Suite("Stability")
struct StabilityTests {
  private func study(
    _ measurement: Measurement, _ request: AllocationRequest = .init(.bitsPerWeight(4)),
    seed: UInt64 = 1
  ) throws -> StabilityStudy {
    try StabilityStudy(
      AllocationDocument(measurement, request, by: ExactStrategy()), of: measurement, seed: seed)
  }

  private func report(_ study: StabilityStudy, _ bootstraps: Int = 50) throws -> StabilityReport {
    try StabilityReport((0..<bootstraps).map(study.run), of: study)
  }

  private func noisy(_ noise: Double, documents: [Int]? = nil) -> Measurement {
    SyntheticMeasurement(
      seed: 1, blocks: 6, rows: 24, noise: noise, rowNoise: 0, documents: documents
    ).measurement
  }

  @Test func keepsEverythingWhereThereIsNoNoise() throws {
    for shrinks in [false, true] {
      let report = try report(
        study(noisy(0), .init(.bitsPerWeight(4), shrinks: shrinks)))
      #expect(report.layers.allSatisfy { $0.kept == 1 && $0.others.isEmpty })
      #expect(report.regret.mean == 0 && report.regret.percentile95 == 0)
    }
  }

  @Test func keepsLessAndRegretsMoreTheMoreNoiseThereIs() throws {
    let reports = try [0.3, 1.0].map { try report(study(noisy($0))) }
    let kept = reports.map { $0.layers.reduce(0) { $0 + $1.kept } / Double($0.layers.count) }
    #expect(kept[0] < 1 && kept[1] < kept[0])
    #expect(reports[0].regret.mean > 0 && reports[1].regret.mean > reports[0].regret.mean)
    #expect(reports[1].regret.median <= reports[1].regret.percentile95)
    for layer in reports[1].layers {
      #expect(layer.kept + layer.others.reduce(0) { $0 + $1.share } <= 1 + 1e-12)
      #expect(layer.others.map(\.share) == layer.others.map(\.share).sorted(by: >))
      #expect(!layer.others.contains { $0.option == layer.option } && layer.others.count <= 3)
    }
  }

  @Test func isNoWorseThanTheBestAndNoBetter() throws {
    let study = try study(noisy(1))
    for run in try (0..<50).map(study.run) {
      #expect(run.regret >= 0)
      // The same options cost the same.
      #expect((run.options == study.options) == (run.regret == 0))
    }
  }

  @Test func dependsOnTheSeedAndNotOnTheOrderOfRuns() throws {
    let measurement = noisy(1)
    let study = try study(measurement)
    let forwards = try (0..<30).map(study.run)
    let backwards = try (0..<30).reversed().map(study.run)
    #expect(forwards == backwards.reversed())
    #expect(StabilityReport(forwards, of: study) == StabilityReport(backwards, of: study))
    #expect(try (0..<30).map(self.study(measurement, seed: 2).run) != forwards)
  }

  @Test func keepsWhatIsPinned() throws {
    let request = AllocationRequest(
      .bitsPerWeight(4), rules: [LayerRule(.pin, "*.q", .option("5.0"))])
    let report = try report(study(noisy(1), request))
    for layer in report.layers where layer.name.hasSuffix(".q") {
      #expect(layer.kept == 1 && layer.option == "5.0")
    }
  }

  @Test func regretsAChoiceThatIsNotTheBest() throws {
    let measurement = noisy(0)
    let document = try AllocationDocument(
      measurement, .init(.bitsPerWeight(4)), by: UniformStrategy())
    let problem = try AllocationProblem(measurement, .init(.bitsPerWeight(4)))
    let best = try ExactStrategy().allocate(problem).error(in: problem)
    let report = try report(StabilityStudy(document, of: measurement))
    let regret = document.predictedError / best - 1
    #expect(abs(report.regret.mean - regret) < 1e-9 * regret && regret > 0.01)
  }

  @Test func refusesAnAllocationOfAnotherMeasurement() throws {
    let measurement = noisy(1)
    let document = try AllocationDocument(
      measurement, .init(.bitsPerWeight(4)), by: ExactStrategy())
    let changes: [(String, (inout Measurement) -> Void)] = [
      ("fingerprints", { $0.model.fingerprint = "other" }),
      ("rows are others", { $0.calibration.fingerprint = "other" }),
      ("settings", { $0.settings.sketch = 9 }),
      ("other names", { $0.layers[0].name = "other" }),
      (
        "'0.q' was not measured under",
        { for index in $0.layers[0].options.indices { $0.layers[0].options[index].bits += 1 } }
      ),
    ]
    for (text, change) in changes {
      var other = measurement
      change(&other)
      let error = #expect(throws: AllocationError.self) {
        try StabilityStudy(document, of: other)
      }
      #expect(error?.errorDescription?.contains(text) == true)
    }
    // That documents have become known changes nothing.
    var later = measurement
    later.calibration.rowDocuments = Array(0..<24)
    _ = try StabilityStudy(document, of: later)
  }
}

@Suite("Drawing rows again")
struct RowResamplerTests {
  private func calibration(
    strata: [Int], documents: [Int]?
  ) -> Measurement.Calibration {
    .init(
      rows: strata.count, tokens: 1, seed: 1, sources: [], strata: ["a", "b", "c"],
      rowStrata: strata, rowDocuments: documents, randomRows: 0, fingerprint: "")
  }

  private let request = AllocationRequest(.bitsPerWeight(4))

  @Test func drawsWholeDocuments() {
    let documents = [7, 7, 7, 2, 5, 5, 9, 4, 4, 4]
    let resampler = RowResampler(
      calibration(strata: documents.map { _ in 0 }, documents: documents), request, seed: 1)
    #expect(resampler.units == 5 && resampler.drawsDocuments)
    var sums = documents.map { _ in 0 }
    for index in 0..<1000 {
      let counts = resampler.multiplicities(index)
      for (left, right) in zip(documents.indices, documents.indices.dropFirst())
      where documents[left] == documents[right] {
        #expect(counts[left] == counts[right])
      }
      #expect([0, 3, 4, 6, 7].reduce(0) { $0 + counts[$1] } == 5)
      sums = zip(sums, counts).map { $0 + $1 }
    }
    // Each is drawn once on average; the standard error of 1000 is below 0.03.
    #expect(sums.allSatisfy { abs(Double($0) / 1000 - 1) < 0.12 })
  }

  @Test func drawsRowsWhereDocumentsAreFewOrUnknown() {
    for documents in [[0, 0, 0, 1, 1, 2, 2, 3], nil] {
      let resampler = RowResampler(
        calibration(strata: [0, 0, 0, 0, 1, 1, 1, 2], documents: documents), request, seed: 1)
      #expect(resampler.units == 8 && !resampler.drawsDocuments)
      #expect(resampler.multiplicities(1).reduce(0, +) == 8)
    }
  }

  @Test func drawsWithinTextsThatAreToldApart() {
    var request = request
    request.strata = ["a": 2]
    let strata = [0, 0, 0, 0, 1, 1, 1, 2]
    let resampler = RowResampler(calibration(strata: strata, documents: nil), request, seed: 1)
    for index in 0..<100 {
      let counts = resampler.multiplicities(index)
      for stratum in 0..<3 {
        let rows = strata.indices.filter { strata[$0] == stratum }
        #expect(rows.reduce(0) { $0 + counts[$1] } == rows.count)
      }
    }
  }
}
