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

import struct BitAllocation.Measurement

/// Models with parts that do nothing, from measuring to evaluating.
@Suite("A model with")
struct DegenerateModelTests {
  /// What is done to the tiny model's tensors.
  enum Damage: String, CaseIterable, Sendable {
    /// Values of zero leave the output projection without live inputs.
    case zeroLayer = "a layer of zeros"
    /// A gate of zeros leaves nothing to come out of the feed-forward.
    case zeroGate = "a gate of zeros"
    /// Norms that let some channels through as zeros: dead inputs of all their readers.
    case deadChannels = "dead channels"
    case deadEverything = "a norm of zeros"
    case zeroHead = "a head of zeros"
    case equalRows = "equal rows of weights"
    case tinyWeights = "weights below what 16 bits hold"
    case negativeZeros = "negative zeros"

    func apply(_ name: String, _ values: inout [Float]) {
      let isFirst = name.contains("layers.0.")
      func fill(_ value: Float) { values = [Float](repeating: value, count: values.count) }
      switch self {
      case .zeroLayer where isFirst && name.contains("v_proj"): fill(0)
      case .zeroGate where isFirst && name.contains("gate_proj"): fill(0)
      case .deadChannels where name.contains("layernorm"):
        for index in stride(from: 0, to: values.count, by: 3) { values[index] = 0 }
      case .deadEverything where isFirst && name.contains("input_layernorm"): fill(0)
      case .zeroHead where name.contains("lm_head"): fill(0)
      case .equalRows where isFirst && name.contains("up_proj"): fill(0.03)
      case .tinyWeights where isFirst && name.contains("k_proj"):
        values = values.map { $0 * 1e-9 }
      case .negativeZeros where isFirst && name.contains("o_proj"): fill(-0.0)
      default: break
      }
    }
  }

  private func session(_ damage: Damage) throws -> TinySession {
    try TinySession(rows: 4, tokens: 32, changing: damage.apply)
  }

  @Test("is measured, allocated, converted and evaluated", arguments: Damage.allCases)
  func goesThrough(damage: Damage) throws {
    let session = try session(damage)
    let measurement = try session.measurement(sketch: 8)
    try measurement.validate()
    let again = session.folder["m.json"]
    try measurement.write(to: again)
    #expect(try Measurement.read(again) == measurement)

    let document = try AllocationDocument(
      measurement, AllocationRequest(.bitsPerWeight(4)), by: ExactStrategy())
    #expect(try Verification(document, against: measurement).holds)
    let converted = try session.converted(document)
    for linear in converted.model.description.linears {
      #expect(try converted.model.weights.weights(of: linear).isFinite)
    }
    let windows = randomWindows(3, tokens: 24, vocabulary: 301, seed: 9)
    let evaluation = try EvaluateJob(
      model: converted.model, reference: session.model, windows: windows
    ).run { _ in }
    #expect(evaluation.perplexity.value.isFinite)
    let divergence = try #require(evaluation.divergence).value
    // Sums of exponentials in floats are off by a few units of 6e-8.
    #expect(divergence > -1e-6 && divergence < 2, "\(divergence)")
    if damage == .zeroHead { #expect(abs(divergence) < 1e-6) }
  }

  @Test("has errors of zero where nothing can go wrong", arguments: [Damage.zeroLayer, .zeroGate])
  func hasNoErrors(damage: Damage) throws {
    let session = try session(damage)
    let measurement = try session.measurement()
    let dead = damage == .zeroLayer ? ["v_proj", "o_proj"] : ["gate_proj", "down_proj"]
    for layer in measurement.layers where layer.block == 0 && dead.contains(layer.role) {
      for option in layer.options {
        #expect(option.errors.allSatisfy { $0 == 0 }, "\(layer.name), \(option.option)")
      }
    }
    // So the best allocation gives them the least.
    let document = try AllocationDocument(
      measurement, AllocationRequest(.bitsPerWeight(4)), by: ExactStrategy())
    for layer in document.layers where layer.name.contains("layers.0.") {
      guard dead.contains(where: layer.name.hasSuffix) else { continue }
      let options = measurement.layers.first { $0.name == layer.name }!.options
      #expect(layer.bits == options.map(\.bits).min())
    }
  }

  @Test("has sensitivities that an allocation can be asked for by", arguments: Damage.allCases)
  func hasSensitivities(damage: Damage) throws {
    let session = try session(damage)
    let measurement = try session.measurement(sketch: 8)
    let job = try SensitivityJob(
      session.opened, measurement: measurement, rows: session.rows,
      settings: SensitivitySettings(
        method: .both, anchors: [6, 3], noise: [0.05], rows: 2, gate: 2))
    let document = try job.run(
      in: JobDirectory(session.folder["job"], settings: job.identity), observer: { _ in })
    try document.validate()
    try AllocationDocument(
      measurement,
      AllocationRequest(.bitsPerWeight(4), sensitivities: document.coefficients),
      by: ExactStrategy()
    ).validate()
  }

  @Test("a weight beyond 16 bits is refused with its layer, value and place")
  func beyondHalf() throws {
    let name = "model.layers.1.mlp.down_proj"
    let session = try TinySession(
      rows: 2, tokens: 16,
      changing: { tensor, values in
        if tensor == "\(name).weight" { values[5 * 96 + 7] = -70000 }
      })
    let error = #expect(throws: JobError.self) { try session.measurement() }
    let message = error?.localizedDescription ?? ""
    #expect(message.contains(name), "\(message)")
    #expect(message.contains("from input 7 to output 5 is -70000"), "\(message)")
  }

  @Test("calibration of one token is measured and converted")
  func oneToken() throws {
    let folder = try TinySession(rows: 1, tokens: 1)
    let measurement = try folder.measurement()
    try measurement.validate()
    let document = try AllocationDocument(
      measurement, AllocationRequest(.bitsPerWeight(4)), by: ExactStrategy())
    let converted = try folder.converted(document)
    let divergence = try #require(
      try EvaluateJob(
        model: converted.model, reference: folder.model,
        windows: randomWindows(2, tokens: 16, vocabulary: 301, seed: 4)
      ).run { _ in }.divergence)
    #expect(divergence.value.isFinite)
  }
}
