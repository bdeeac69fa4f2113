import BitAllocation
import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import Quantization
import Tensors
import TestSupport
import Testing

@Suite("A model's sensitivities")
struct SensitivityJobTests {
  private let folder = try! TemporaryFolder()

  private static let settings = SensitivitySettings(anchors: [5.2, 3.4], rows: 3, gate: 0)

  private func find(
    _ session: TinySession, _ settings: SensitivitySettings = settings, in name: String = "job",
    measurement: BitAllocation.Measurement? = nil, observer: JobObserver = { _ in }
  ) throws -> SensitivityDocument {
    let job = try SensitivityJob(
      session.opened, measurement: measurement ?? session.measurement(), rows: session.rows,
      settings: settings)
    return try job.run(
      in: JobDirectory(folder[name], settings: job.identity), observer: observer)
  }

  /// Weights with one layer's replaced.
  private struct Replaced: WeightSource {
    let source: any WeightSource
    let linear: Linear
    let replacement: Matrix

    func weights(of other: Linear) throws -> Matrix {
      other == linear ? replacement : try source.weights(of: other)
    }

    func bias(of linear: Linear) throws -> [Float]? { try source.bias(of: linear) }

    func floats(_ tensor: String, shape: [Int]) throws -> [Float] {
      try source.floats(tensor, shape: shape)
    }

    func embeddings(of tokens: [Int32], in tensor: String, width: Int) throws -> Matrix {
      try source.embeddings(of: tokens, in: tensor, width: width)
    }
  }

  /// Every layer is quantized by itself, written out plainly, and the model evaluated as a whole.
  /// The sums over tokens are taken in another order.
  @Test func areWhatQuantizingALayerByItselfDoes() throws {
    let session = try TinySession { $0.attentionBias = true }
    let measurement = try session.measurement()
    let document = try find(session, measurement: measurement)
    #expect(document.settings.rows == [1, 3, 5])
    let windows = [1, 3, 5].map { session.rows.rows[$0] }
    let captured = try CapturedInputs(session.model, rows: session.rows.rows)
    for (linear, layer) in zip(session.model.description.linears, document.layers) {
      #expect(layer.name == linear.name && layer.isResolved)
      let measured = try #require(measurement.layers.first { $0.name == linear.name })
      let anchors = measured.options(nearestTo: Self.settings.anchors)
      #expect(anchors.count == 2)
      #expect(layer.observations.map(\.option) == anchors.map { measured.options[$0].option })
      for observation in layer.observations {
        let option = try QParams(parsing: try #require(observation.option))
        let weights = try gptq(
          session.model.weights.weights(of: linear), factor: captured.factor(of: linear),
          option: option
        ).matrix.weights()
        let changed = Model(
          description: session.model.description,
          weights: Replaced(
            source: session.model.weights, linear: linear, replacement: weights))
        let expected = try EvaluateJob(
          model: changed, reference: session.model, windows: windows
        ).run { _ in }
        let divergence = try #require(expected.divergence).value
        #expect(abs(observation.divergence / divergence - 1) < 1e-6, "\(linear.name)")

        // The error is the one that an allocation's problem has, of these rows.
        let found = try #require(measured.options.first { $0.option == observation.option })
        let ratios = [1, 3, 5].map { row in
          Double(found.errors[row]) / Double(measured.residual![row]) * measured.gain!
        }
        let mean = ratios.reduce(0) { $0 + $1.squareRoot() } / 3
        #expect(abs(observation.error / (mean * mean) - 1) < 1e-6)
      }
      let above = layer.observations.reduce(0) { $0 + $1.divergence * $1.error }
      let below = layer.observations.reduce(0) { $0 + $1.error * $1.error }
      #expect(abs(try #require(layer.observed) / (above / below) - 1) < 1e-12)
    }
    try document.validate()
    try document.check(against: measurement)
  }

  /// A squared error, and what it does to predictions, grow with the square of small noise.
  @Test func areAlikeForNoiseAndQuantization() throws {
    let session = try TinySession()
    var settings = Self.settings
    settings.method = .noise
    settings.noise = [0.02, 0.04]
    let noise = try find(session, settings, in: "noise")
    settings.method = .both
    let both = try find(session, settings, in: "both")
    let anchor = try find(session)
    for ((noise, both), anchor) in zip(zip(noise.layers, both.layers), anchor.layers) {
      #expect(noise.observations.map(\.noise) == [0.02, 0.04])
      #expect(both.observations == anchor.observations + noise.observations)
      let (small, large) = (noise.observations[0], noise.observations[1])
      #expect((3...5).contains(large.error / small.error), "\(noise.name)")
      #expect((2...8).contains(large.divergence / small.divergence), "\(noise.name)")
      let (a, b) = (try #require(noise.observed), try #require(anchor.observed))
      #expect((0.3...3).contains(a / b), "\(noise.name): \(a) by noise, \(b) by anchors")
      #expect(abs(try #require(both.observed) / (a * b).squareRoot() - 1) < 1e-9)
    }
  }

  @Test func areLargerForALayerThatMattersMore() throws {
    var settings = Self.settings
    settings.scale = .output
    let layer = "model.layers.1.mlp.down_proj"
    func coefficient(_ factor: Float, in name: String) throws -> Double {
      let session = try TinySession(changing: { tensor, values in
        if tensor == layer + ".weight" { values = values.map { $0 * factor } }
      })
      return try #require(
        try find(session, settings, in: name).coefficients[layer])
    }
    #expect(try coefficient(3, in: "a") > 2 * coefficient(1, in: "b"))
  }

  @Test("of a layer without effect are those of its role", arguments: ErrorScale.allCases)
  func doNotExplode(scale: ErrorScale) throws {
    // Nothing of what attention computes gets through.
    let session = try TinySession(changing: { tensor, values in
      if tensor == "model.layers.0.self_attn.o_proj.weight" { values = values.map { _ in 0 } }
    })
    var settings = Self.settings
    settings.scale = scale
    settings.method = .both
    let document = try find(session, settings)
    let (silent, others) = (document.layers.prefix(4), document.layers.dropFirst(4))
    // Noise relative to no weights is none.
    #expect(silent.allSatisfy { !$0.isResolved })
    #expect(others.allSatisfy { $0.isResolved && $0.coefficient > 0 })
    let largest = try #require(others.map(\.coefficient).max())
    #expect(silent.allSatisfy { $0.coefficient > 0 && $0.coefficient <= 1.01 * largest })
    try document.validate()
  }

  @Test func continueWhereTheyWereWithTheSameBytes() throws {
    let session = try TinySession()
    var settings = Self.settings
    (settings.method, settings.gate) = (.both, 2)
    let measurement = try session.measurement()
    let whole = try find(session, settings, in: "whole", measurement: measurement).encoded()
    let units = [
      "model.layers.0", "model.layers.1", "lm_head", "allocation 1 of 2", "allocation 2 of 2",
    ]
    let files = try FileManager.default.contentsOfDirectory(atPath: folder["whole"].path)
      .filter { $0.hasPrefix("unit-") }.sorted { $0 < $1 }
    #expect(files.count == 5)
    // Whatever is there is taken, and the rest done.
    for kept in 0..<32 where [1, 3, 7, 15, 31, 20, 0b01110].contains(kept) {
      let name = "part\(kept)"
      try FileManager.default.copyItem(at: folder["whole"], to: folder[name])
      let job = try SensitivityJob(
        session.opened, measurement: measurement, rows: session.rows, settings: settings)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder[name].path)
      let directory = try JobDirectory(folder[name], settings: job.identity)
      var removed = 0
      for file in names where file.hasPrefix("unit-") {
        let unit = try #require(units.firstIndex { isFile(file, of: $0) })
        guard kept >> unit & 1 == 0 else { continue }
        try FileManager.default.removeItem(at: folder[name].appending(path: file))
        removed += 1
      }
      var events: [JobEvent] = []
      let again = try job.run(in: directory) { events.append($0) }
      #expect(try again.encoded() == whole)
      #expect(events.first == .began(job: "Comparing", units: 5, done: 5 - removed))
      let finished = events.compactMap { event in
        if case .finishedUnit(let unit, _) = event { unit } else { nil }
      }
      #expect(finished == units.indices.filter { kept >> $0 & 1 == 0 }.map { units[$0] })
    }
  }

  private func isFile(_ file: String, of unit: String) -> Bool {
    file == "unit-\(unit.replacing(" ", with: "%20")).json"
  }

  @Test func areHeldAgainstRandomAllocations() throws {
    let session = try TinySession()
    var settings = Self.settings
    (settings.gate, settings.gateBits) = (6, 2.6...7)
    let measurement = try session.measurement()
    let document = try find(session, settings, measurement: measurement)
    let gate = try #require(document.gate)
    let sizes = gate.trials.map(\.bitsPerWeight)
    #expect(sizes == sizes.sorted() && sizes[0] > 2 && sizes[5] <= 7 && sizes[5] > 6)
    #expect(gate.withSensitivities.rankCorrelation > 0.8)
    #expect(gate.trials[5].divergence < gate.trials[0].divergence)
    #expect(gate == LinearityGate(gate.trials))
  }

  @Test func needTheRowsThatWereMeasured() throws {
    let session = try TinySession()
    let measurement = try session.measurement(sketch: 8)
    func job(_ rows: CalibrationRows, _ compared: Int) throws {
      var settings = Self.settings
      settings.rows = compared
      _ = try SensitivityJob(
        session.opened, measurement: measurement, rows: rows, settings: settings)
    }
    #expect(throws: JobError.otherCalibrationText) {
      try job(TinySession.randomRows(5, tokens: 48, vocabulary: 301), 3)
    }
    #expect(throws: JobError.tooFewComparedRows(1)) { try job(session.rows, 1) }
    let document = try session.allocation(TinySession.options[1], from: measurement)
    let converted = try session.converted(document)
    #expect(throws: ModelError.self) {
      try SensitivityJob(converted, measurement: measurement, rows: session.rows)
    }
  }

  @Test func leaveRandomTokensOut() throws {
    let session = try TinySession()
    let rows = CalibrationRows(
      rows: session.rows.rows, strata: ["text", "random"], rowStrata: [0, 0, 0, 0, 1, 1],
      sources: ["nowhere"], seed: 7, randomRows: 2)
    let measurement = try MeasureJob(
      model: session.model, fingerprint: "f", rows: rows,
      menu: OptionMenu(options: TinySession.options.map { try QParams(parsing: $0) }),
      menuName: "menu.json"
    ).run { _ in }
    for (count, expected) in [(2, [1, 3]), (16, [0, 1, 2, 3])] {
      var settings = Self.settings
      settings.rows = count
      let job = try SensitivityJob(
        session.opened, measurement: measurement, rows: rows, settings: settings)
      let found = try job.run(
        in: JobDirectory(folder["\(count)"], settings: job.identity), observer: { _ in })
      #expect(found.settings.rows == expected)
    }
  }
}
