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

/// A measurement against what its numbers mean, computed plainly.
@Suite("A measurement")
struct MeasureJobTests {
  /// Two models, one with biases and one whose head is the embedding.
  enum Kind: CaseIterable, Sendable {
    case biased, tied

    func session() throws -> TinySession {
      try TinySession { tiny in
        tiny.attentionBias = self == .biased
        tiny.isTied = self == .tied
      }
    }
  }

  @Test("records every layer with the settings it was made with", arguments: Kind.allCases)
  func recordsEveryLayer(kind: Kind) throws {
    let session = try kind.session()
    let measurement = try session.measurement(sketch: 8)
    let linears = session.model.description.linears
    #expect(measurement.layers.map(\.name) == linears.map(\.name))
    #expect(measurement.layers.map(\.block) == (0..<14).map { $0 / 7 } + [nil])
    #expect(measurement.layers.map(\.inputs) == linears.map(\.inputs))
    #expect(measurement.layers.map(\.outputs) == linears.map(\.outputs))
    #expect(measurement.layers.last?.role == "lm_head")
    #expect(measurement.layers.allSatisfy { $0.options.map(\.option) == TinySession.options })
    #expect(measurement.model.blocks == 2 && measurement.model.fingerprint == "fingerprint")
    #expect(measurement.model.weights == linears.reduce(0) { $0 + $1.weightCount })
    #expect(measurement.calibration.rows == 6 && measurement.calibration.tokens == 48)
    #expect(measurement.calibration.seed == 7 && measurement.calibration.sources == ["nowhere"])
    #expect(measurement.settings.sketch == 8 && measurement.settings.menu == "menu.json")
    try measurement.validate()
  }

  @Test("records the bits that a file has", arguments: Kind.allCases)
  func recordsTheBitsOfAFile(kind: Kind) throws {
    let session = try kind.session()
    let format = EXL2Format()
    for layer in try session.measurement().layers {
      for option in layer.options {
        let tensors = try format.tensors(
          of: session.model.description,
          options: [layer.name: QParams(parsing: option.option)])
        let bytes = tensors.filter { $0.name.hasPrefix("\(layer.name).") }
          .reduce(0) { $0 + $1.byteCount }
        #expect(option.bits == 8 * bytes)
      }
    }
  }

  @Test("has the errors of every row when all tokens are kept", arguments: Kind.allCases)
  func hasTheErrorsOfEveryRow(kind: Kind) throws {
    let session = try kind.session()
    let captured = try CapturedInputs(session.model, rows: session.rows.rows)
    let layers = try session.measurement(sketch: 0).layers
    for (linear, layer) in zip(session.model.description.linears, layers) {
      let weights = try session.model.weights.weights(of: linear)
      let factor = try captured.factor(of: linear)
      for option in layer.options {
        let result = try gptq(weights, factor: factor, option: QParams(parsing: option.option))
        let difference = result.matrix.weights() - weights
        for (input, error) in zip(captured.inputs[linear.name]!, option.errors) {
          let (norm, bound) = outputNorm(input, difference)
          #expect(abs(Double(error) - norm) <= bound, "\(layer.name), \(option.option)")
        }
        // The recursion's sum is as exact as the factor: `n` roundings times the condition number
        // of the damped Hessian, whose trace is `n` and whose eigenvalues are not below the damping.
        let condition = (Double(linear.inputs) + factor.damping) / factor.damping
        let unit = Double(Float.ulpOfOne) / 2
        let sum = option.errors.reduce(0) { $0 + Double($1) }
        #expect(
          abs(sum - result.error)
            <= Double(linear.inputs) * unit * condition * result.dampedError)
      }
    }
  }

  @Test("shares the exact error out among the rows when tokens are sketched", arguments: [1, 16])
  func sharesTheExactErrorOut(size: Int) throws {
    let session = try TinySession()
    let captured = try CapturedInputs(session.model, rows: session.rows.rows)
    let exact = try session.measurement(sketch: 0).layers
    let sketched = try session.measurement(sketch: size).layers
    var distances: [Double] = []
    for ((linear, layer), exactLayer) in zip(
      zip(session.model.description.linears, sketched), exact)
    {
      let weights = try session.model.weights.weights(of: linear)
      let factor = try captured.factor(of: linear)
      for (option, exactOption) in zip(layer.options, exactLayer.options) {
        let total = try gptq(weights, factor: factor, option: QParams(parsing: option.option)).error
        let sum = option.errors.reduce(0) { $0 + Double($1) }
        #expect(abs(sum - total) <= Double(Float.ulpOfOne) * total)
        distances += zip(option.errors, exactOption.errors).map { abs(Double($0 / $1) - 1) }
      }
    }
    // An estimate's standard deviation is √(2 / size) at most, and the mean distance less.
    let mean = distances.reduce(0, +) / Double(distances.count)
    #expect(mean < (2 / Double(size)).squareRoot())
    #expect(mean > 0)
  }

  @Test("has less error for more bits", arguments: Kind.allCases)
  func hasLessErrorForMoreBits(kind: Kind) throws {
    for layer in try kind.session().measurement(sketch: 8).layers {
      let errors = layer.options.map { $0.errors.reduce(0, +) }
      let bits = layer.options.map(\.bits)
      #expect(errors == errors.sorted() && bits == bits.sorted().reversed())
      // Four bits less make steps 16 times as large.
      #expect(errors[0] * 64 < errors[1] && errors[1] * 4 < errors[3])
    }
  }

  @Test("has the norms of what the layers put out", arguments: Kind.allCases)
  func hasTheNorms(kind: Kind) throws {
    let session = try kind.session()
    let captured = try CapturedInputs(session.model, rows: session.rows.rows)
    let layers = try session.measurement().layers
    for (linear, layer) in zip(session.model.description.linears, layers) {
      let weights = try session.model.weights.weights(of: linear)
      let bias = try session.model.weights.bias(of: linear)
      for (row, input) in captured.inputs[linear.name]!.enumerated() {
        let (norm, bound) = outputNorm(input, weights, bias: bias)
        #expect(abs(Double(layer.reference[row]) - norm) <= bound)
        let residual = Double(layer.residual![row])
        if let states = captured.residuals[linear.name] {
          #expect(residual == Double(Float(states[row].squaredNorm)))
        } else {
          let (norm, bound) = outputNorm(input, weights, centered: true)
          #expect(abs(residual - norm) <= bound)
        }
      }
    }
  }

  @Test("has the gain by which an error reaches the hidden states", arguments: Kind.allCases)
  func hasTheGain(kind: Kind) throws {
    let session = try kind.session()
    let captured = try CapturedInputs(session.model, rows: session.rows.rows)
    let layers = try session.measurement().layers
    func layer(_ linear: Linear) -> MeasuredLayer { layers.first { $0.name == linear.name }! }
    for block in session.model.description.blocks {
      let loaded = try LoadedBlock(block, from: session.model.weights, length: 48)
      for (index, sublayer) in block.sublayers.enumerated() {
        let pathway = sublayer.only
        #expect(layer(pathway.writer).gain == 1)
        for reader in pathway.readers {
          let layer = layer(reader)
          let option = layer.options.min {
            abs($0.bits - 4 * layer.weights) < abs($1.bits - 4 * layer.weights)
          }!
          var changed = loaded
          changed.replaceWeights(
            of: reader,
            with: try gptq(
              loaded.weights(of: reader), factor: captured.factor(of: reader),
              option: QParams(parsing: option.option)
            ).matrix.weights())
          var (reached, made) = (0.0, 0.0)
          for states in captured.states[block.index][index] {
            let input = loaded.readersInput(states, in: index)
            made +=
              (changed.output(of: reader, reading: input)
              - loaded.output(of: reader, reading: input)).squaredNorm
            reached +=
              (changed.output(of: pathway.writer, reading: changed.writerInput(states, in: index))
              - loaded.output(of: pathway.writer, reading: loaded.writerInput(states, in: index)))
              .squaredNorm
          }
          #expect(abs(layer.gain! / (reached / made) - 1) < 1e-9)
        }
      }
    }
    #expect(layers.last?.gain == 1)
  }

  @Test func isTheSameWhenMadeAgain() throws {
    let session = try TinySession()
    #expect(
      try session.measurement(sketch: 8).encoded() == session.measurement(sketch: 8).encoded())
  }

  @Test func reportsBlockByBlock() throws {
    let session = try TinySession(rows: 2, tokens: 16)
    var events: [JobEvent] = []
    _ = try MeasureJob(
      model: session.model, fingerprint: "", rows: session.rows,
      menu: OptionMenu(options: [QParams(parsing: "1:4b_32g s4")]), menuName: ""
    ).run { events.append($0) }
    #expect(events.first == .began(job: "Measuring", units: 3, done: 0))
    let finished = events.compactMap {
      if case .finishedUnit(let name, _) = $0 { name } else { nil }
    }
    #expect(finished == ["model.layers.0", "model.layers.1", "lm_head"])
    let fractions = events.compactMap {
      if case .advanced("model.layers.0", let fraction) = $0 { fraction } else { nil }
    }
    #expect(fractions == fractions.sorted() && fractions.last == 1)
  }

  /// Layers that differ a lot in what their errors do, which is what an allocation lives on.
  @Test("lets the exact strategy beat the uniform one", arguments: [3.5, 4, 5, 6])
  func letsExactBeatUniform(bitsPerWeight: Double) throws {
    let session = try TinySession { name, values in
      let factor: Float =
        name.contains("0.mlp.down") ? 6 : name.contains("1.self_attn.v") ? 0.05 : 1
      values = values.map { $0 * factor }
    }
    let problem = try AllocationProblem(
      session.measurement(sketch: 8), .init(.bitsPerWeight(bitsPerWeight)))
    let exact = try ExactStrategy().allocate(problem)
    let uniform = try UniformStrategy().allocate(problem)
    #expect(exact.bits(in: problem) <= problem.budget)
    #expect(uniform.bits(in: problem) <= problem.budget)
    #expect(exact.error(in: problem) < uniform.error(in: problem))
  }
}

extension TinySession {
  init(changing: (String, inout [Float]) -> Void) throws {
    try self.init(rows: 6, tokens: 48, { _ in }, changing: changing)
  }
}
