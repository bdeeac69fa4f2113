import BitAllocation
import Foundation
import Testing

import struct BitAllocation.Measurement

@Suite("A table of errors")
struct ErrorTableTests {
  /// Rows of three texts, of unequal number.
  private let measurement = {
    var measurement = SyntheticMeasurement(seed: 2, blocks: 3, rows: 12, noise: 0.5).measurement
    measurement.calibration.strata = ["a", "b", "unused", "c"]
    measurement.calibration.rowStrata = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 3, 3]
    return measurement
  }()

  private func table(
    _ estimator: ErrorEstimator, _ strata: [String: Double]?, stratum: Int? = nil
  ) throws -> [[Double]] {
    try ErrorTable(
      measurement, .init(.bitsPerWeight(4), estimator: estimator, strata: strata),
      stratum: stratum
    ).errors
  }

  @Test("mixes the estimates of texts", arguments: ErrorEstimator.allCases)
  func mixesTexts(estimator: ErrorEstimator) throws {
    let single = try [0, 1, 3].map { try table(estimator, nil, stratum: $0) }
    let weights = [2.0, 0.5, 1]
    let mixed = try table(estimator, ["a": 2, "b": 0.5])
    for layer in mixed.indices {
      for option in mixed[layer].indices {
        let expected =
          zip(weights, single).reduce(0) { $0 + $1.0 * $1.1[layer][option] } / 3.5
        #expect(abs(mixed[layer][option] - expected) <= 1e-12 * expected)
        let own = measurement.layers[layer].options[option].errors
        #expect(
          abs(
            single[1][layer][option]
              - estimator.estimate(errors: Array(own[7..<10]), reference: [1, 1, 1]))
            <= 1e-12 * expected)
      }
    }
    #expect(try table(estimator, ["a": 0, "b": 3, "c": 0]) == single[1])
  }

  @Test func countsAllRowsAlikeWithoutWeights() throws {
    let errors = try table(.meanSquaredRatio, nil)
    for (layer, found) in zip(measurement.layers, errors) {
      for (option, error) in zip(layer.options, found) {
        let mean = option.errors.reduce(0) { $0 + Double($1) } / 12
        #expect(abs(error - mean) <= 1e-12 * mean)
      }
    }
  }

  @Test("counts rows as often as a bootstrap drew them", arguments: ErrorEstimator.allCases)
  func countsMultiplicities(estimator: ErrorEstimator) throws {
    let times = [2, 0, 1, 3, 0, 0, 1, 1, 1, 1, 0, 2]
    let request = AllocationRequest(.bitsPerWeight(4), estimator: estimator)
    let found = try ErrorTable(measurement, request, multiplicities: times).errors
    for (layer, errors) in zip(measurement.layers, found) {
      for (option, error) in zip(layer.options, errors) {
        #expect(
          error
            == estimator.estimate(
              errors: option.errors, reference: layer.reference,
              rowWeights: times.map { Double($0) }))
      }
    }
  }

  @Test("knows how uncertain it is", arguments: ErrorEstimator.allCases)
  func knowsHowUncertainItIs(estimator: ErrorEstimator) throws {
    // Layers of a role differ by their level and by noise, so what options differ by, beyond what
    // they do on average, is noise.
    let blocks = 100
    let made = SyntheticMeasurement(
      seed: 4, blocks: blocks, rows: 40, noise: 0.6, rowNoise: 0.8, deviation: 0)
    let request = AllocationRequest(.bitsPerWeight(4), estimator: estimator)
    var shrinking = request
    shrinking.shrinks = true
    let variances = try #require(try ErrorTable(made.measurement, shrinking).variances).joined()
    let differences = try ErrorTable(made.measurement, request).errors.map { errors in
      let logarithms = errors.map { log($0) }
      let mean = logarithms.reduce(0, +) / Double(logarithms.count)
      return logarithms.map { $0 - mean }
    }
    let roles = SyntheticMeasurement.roles.count
    var spread = 0.0
    for index in 0..<roles {
      let layers = stride(from: index, to: differences.count, by: roles).map { differences[$0] }
      for option in layers[0].indices {
        let mean = layers.reduce(0) { $0 + $1[option] } / Double(blocks)
        spread += layers.reduce(0) { $0 + ($1[option] - mean) * ($1[option] - mean) }
      }
    }
    spread /= Double((blocks - 1) * roles * differences[0].count)
    let stated = variances.reduce(0, +) / Double(variances.count)
    #expect((0.85...1.15).contains(stated / spread), "\(stated / spread)")
  }

  @Test("learns nothing from a document's rows that are alike", arguments: ErrorEstimator.allCases)
  func learnsNothingFromRowsThatAreAlike(estimator: ErrorEstimator) throws {
    var (once, often) = (measurement, measurement)
    often.calibration.rows *= 4
    func repeated<Value>(_ values: [Value]) -> [Value] {
      values.flatMap { Array(repeating: $0, count: 4) }
    }
    once.calibration.rowDocuments = Array(0..<12)
    often.calibration.rowDocuments = repeated(Array(0..<12))
    often.calibration.rowStrata = repeated(often.calibration.rowStrata)
    for layer in often.layers.indices {
      often.layers[layer].reference = repeated(often.layers[layer].reference)
      for option in often.layers[layer].options.indices {
        often.layers[layer].options[option].errors = repeated(
          often.layers[layer].options[option].errors)
      }
    }
    let request = AllocationRequest(.bitsPerWeight(4), estimator: estimator, shrinks: true)
    let tables = try [once, often].map { try ErrorTable($0, request) }
    for (left, right) in zip(tables[0].errors.joined(), tables[1].errors.joined()) {
      #expect(abs(left - right) <= 1e-9 * left)
    }
    let variances = try tables.map { try #require($0.variances).joined() }
    for (left, right) in zip(variances[0], variances[1]) {
      #expect(left > 0 && abs(left - right) <= 1e-9 * left)
    }
  }

  @Test func needsATextThatCounts() {
    for weights in [["a": 0.0, "b": 0, "c": 0], ["a": -1], ["a": .nan], ["b": .infinity]] {
      #expect(throws: AllocationError.uselessStrata) { try table(.meanOfRatios, weights) }
    }
  }

  @Test("stays finite when shrunk, whatever rows hold", arguments: ErrorEstimator.allCases)
  func staysFinite(estimator: ErrorEstimator) throws {
    var odd = measurement
    odd.layers[0].reference = odd.layers[0].reference.map { _ in 0 }
    odd.layers[1].reference[3] = 0
    odd.layers[2].reference = odd.layers[2].reference.map { _ in 1e30 }
    odd.layers[3].options[2].errors = odd.layers[3].options[2].errors.map { _ in 0 }
    odd.layers[4].options[2].errors[0] = 0
    odd.layers[5].residual = odd.layers[5].reference
    odd.layers[5].gain = 0
    for strata in [nil, ["a": 2.0]] {
      let request = AllocationRequest(
        .bitsPerWeight(4), estimator: estimator, shrinks: true, strata: strata)
      for rows in [nil, [12, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0]] {
        let errors = try ErrorTable(odd, request, multiplicities: rows).errors
        #expect(errors.joined().allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(errors[5].allSatisfy { $0 == 0 } && errors[3][2] == 0)
      }
    }
  }
}
