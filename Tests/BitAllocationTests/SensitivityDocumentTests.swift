import BitAllocation
import Foundation
import Testing

import struct BitAllocation.Measurement

@Suite("A file of sensitivities")
struct SensitivityDocumentTests {
  private typealias Observation = LayerSensitivity.Observation

  private let sample = SensitivityDocument(
    model: Measurement.sample.model, calibration: Measurement.sample.calibration,
    settings: .init(
      method: .both, anchors: [3, 4.5], noise: [0.02], rows: [0, 2], seed: 1,
      estimator: .meanOfRatios, scale: .residual),
    gate: LinearityGate([
      .init(bitsPerWeight: 3, predicted: 0.1, error: 0.2, divergence: 0.11),
      .init(bitsPerWeight: 4, predicted: 0.02, error: 0.05, divergence: 0.019),
    ]),
    layers: [
      LayerSensitivity(
        name: "model.layers.0.self_attn.o_proj", coefficient: 1.25, observed: 1.5,
        standardError: 0.1, isResolved: true,
        observations: [
          Observation(option: "2", error: 0.1, divergence: 0.12, standardError: 0.01),
          Observation(noise: 0.02, error: 1e-4, divergence: 1e-4, standardError: 1e-5),
        ]),
      LayerSensitivity(
        name: "lm_head", coefficient: 2, observed: nil, standardError: nil, isResolved: false,
        observations: []),
    ])

  @Test func survivesBeingWrittenAndRead() throws {
    for hasGate in [true, false] {
      var document = sample
      if !hasGate { document.gate = nil }
      try withFile { url in
        try document.write(to: url)
        #expect(try SensitivityDocument.read(url) == document)
      }
    }
  }

  @Test func isNotAcceptedWhenCutShort() throws {
    let data = try sample.encoded()
    for count in 0..<(data.count - 1) {
      let found = try problem(
        reading: SensitivityDocument.self,
        from: String(decoding: data.prefix(count), as: UTF8.self))
      #expect(found == .notJSON, "cut at \(count)")
    }
  }

  @Test func mustNotContradictItself() throws {
    let damages: [(String, (inout SensitivityDocument) -> Void)] = [
      ("settings.rows", { $0.settings.rows = [3] }),
      ("settings.rows", { $0.settings.rows = [-1] }),
      ("settings.rows, their number", { $0.settings.rows = [] }),
      ("the number of layers", { $0.layers = [] }),
      ("layer 'lm_head', coefficient", { $0.layers[1].coefficient = -1 }),
      ("layer 'lm_head', coefficient", { $0.layers[1].coefficient = .infinity }),
      // No allocation could be asked for by it.
      ("layer 'lm_head', coefficient", { $0.layers[1].coefficient = 2e12 }),
      ("layer 'lm_head', observed", { $0.layers[1].observed = .nan }),
      ("layer 'lm_head', standard_error", { $0.layers[1].standardError = -1 }),
      (
        "layer 'model.layers.0.self_attn.o_proj', error",
        { $0.layers[0].observations[0].error = -1 }
      ),
      ("gate.trials", { $0.gate?.trials[0].divergence = -1 }),
      ("calibration.rows", { $0.calibration.rows = 0 }),
    ]
    try sample.validate()
    for (place, damage) in damages {
      var damaged = sample
      damage(&damaged)
      let error = #expect(throws: DocumentProblem.self) { try damaged.validate() }
      guard case .invalidNumber(let found, _, _) = error else {
        Issue.record("\(place) gave \(String(describing: error))")
        continue
      }
      #expect(found == place)
    }
    var twice = sample
    twice.layers.append(twice.layers[0])
    #expect(throws: DocumentProblem.duplicateLayer("model.layers.0.self_attn.o_proj")) {
      try twice.validate()
    }
  }

  @Test func isOfOneModel() throws {
    let measurement = Measurement.sample
    try sample.check(against: measurement)
    var other = measurement
    other.model.fingerprint = "1234"
    #expect(throws: AllocationError.sensitivitiesOfAnotherModel(found: "9f3c", expected: "1234")) {
      try sample.check(against: other)
    }
    other = measurement
    other.layers[1].name = "head"
    #expect(throws: AllocationError.sensitivityOfUnknownLayer("lm_head")) {
      try sample.check(against: other)
    }
    var fewer = sample
    fewer.layers.removeLast()
    #expect(throws: AllocationError.noSensitivity(layer: "lm_head")) {
      try fewer.check(against: measurement)
    }
  }

  @Test func changesWhatIsChosen() throws {
    var request = AllocationRequest(.bitsPerWeight(3))
    request.sensitivities = sample.coefficients
    let plain = try AllocationProblem(.sample, AllocationRequest(.bitsPerWeight(3)))
    let weighted = try AllocationProblem(.sample, request)
    for (layer, coefficient) in [(0, 1.25), (1, 2.0)] {
      for (a, b) in zip(plain.layers[layer].options, weighted.layers[layer].options) {
        #expect(b.error == coefficient * a.error)
      }
    }
  }

  /// The largest is beaten by none, the second by the first, and the two in between are as near.
  @Test func anchorsAreOptionsWorthHaving() {
    var layer = Measurement.sample.layers[1]
    layer.options = [
      MeasuredOption(option: "a", bits: 384, errors: [1, 1, 1]),
      MeasuredOption(option: "bad", bits: 512, errors: [2, 1, 1]),
      MeasuredOption(option: "b", bits: 640, errors: [0.1, 0.1, 0.1]),
    ]
    #expect(layer.options(nearestTo: [4, 5]) == [0, 2])
    #expect(layer.options(nearestTo: [2.9, 3.1]) == [0])
    #expect(layer.options(nearestTo: [8, 1]) == [2, 0])
  }
}
