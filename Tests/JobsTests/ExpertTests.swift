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

/// Experts get the tokens that a router sends to them, and no more.
@Suite("An expert")
struct ExpertTests {
  private let folder = try! TemporaryFolder()

  /// Eight experts of which each token takes some, and so few tokens that some experts get none.
  private func starved() throws -> (opened: OpenedModel, rows: CalibrationRows) {
    let opened = try OpenedModel(Checkpoint(FixtureModel.url("qwen3-moe-fused")))
    return (opened, TinySession.randomRows(2, tokens: 2, vocabulary: 128))
  }

  private func measure(
    _ opened: OpenedModel, _ rows: CalibrationRows, observer: JobObserver = { _ in }
  ) throws -> BitAllocation.Measurement {
    try MeasureJob(
      model: opened.model, fingerprint: "fingerprint", rows: rows,
      menu: OptionMenu(options: try TinySession.options.map { try QParams(parsing: $0) }),
      menuName: "menu.json", settings: MeasureSettings(sketch: 0)
    ).run(observer: observer)
  }

  /// What experts read in a block's feed-forward, token by token and with the router's shares.
  private struct PlainExperts {
    var inputs: [[Matrix]] = []  // (experts, rows)
    var mixed: [[Matrix]] = []

    init(_ model: Model, rows: [[Int32]], block: Int) throws {
      var states = try rows.map(model.embeddings)
      for block in model.description.blocks.prefix(block) {
        let loaded = try LoadedBlock(block, from: model.weights, length: 64)
        states = states.map(loaded.run)
      }
      let loaded = try LoadedBlock(model.description.blocks[block], from: model.weights, length: 64)
      states = states.map { state in
        let pass = loaded.pass(state, through: Sublayer.first, in: 0, for: .all)
        return state + pass.written
      }
      let experts = loaded.block.sublayers[1].branches[0].pathways.count
      for expert in 0..<experts {
        let place = PathwayIndex(branch: 0, pathway: expert)
        let passes = states.map { state in
          let selection = loaded.selections(state, in: 1)[place]!
          return loaded.pass(state, through: place, in: 1, for: selection)
        }
        inputs.append(
          passes.map { pass in
            var input = pass.input
            input.scaleRows(by: pass.selection.shares!)
            return input
          })
        mixed.append(passes.map(\.mixed))
      }
    }
  }

  private func hessian(ofAll experts: [[Matrix]]) -> Hessian {
    JobsTests.hessian(of: experts.flatMap { $0 })
  }

  private func plainHessian(
    _ all: [[Matrix]], _ expert: Int, borrows: Bool = true
  ) -> Hessian {
    let own = JobsTests.hessian(of: all[expert])
    let lacking = own.inputs - own.tokens
    guard borrows, lacking > 0 else { return own }
    var matrix = own.matrix
    let shared = hessian(ofAll: all)
    for index in matrix.elements.indices {
      matrix.elements[index] +=
        shared.matrix.elements[index] * Float(lacking) / Float(shared.tokens)
    }
    return Hessian(matrix: matrix, tokens: own.inputs)
  }

  @Test func isMeasuredOnItsTokensAndOnWhatItBorrows() throws {
    let (opened, rows) = try starved()
    let measurement = try measure(opened, rows)
    let plain = try PlainExperts(opened.model, rows: rows.rows, block: 1)
    var counts: [Int] = []
    for expert in 0..<8 {
      for (role, inputs) in [
        ("gate_proj", plain.inputs), ("up_proj", plain.inputs), ("down_proj", plain.mixed),
      ] {
        let name = "model.layers.1.mlp.experts.\(expert).\(role)"
        let layer = try #require(measurement.layers.first { $0.name == name })
        let linear = try #require(opened.model.description.linears.first { $0.name == name })
        let tokens = inputs[expert].reduce(0) { $0 + $1.rows }
        #expect(layer.tokens == tokens)
        #expect(layer.borrowedTokens == layer.inputs - tokens)
        counts.append(tokens)

        let weights = try opened.model.weights.weights(of: linear)
        let hessian = plainHessian(inputs, expert)
        let own = plainHessian(inputs, expert, borrows: false)
        let shared = self.hessian(ofAll: inputs)
        let share = Double(tokens) / Double(layer.inputs)
        let factor = try hessian.factor(
          damping: share * own.suggestedDamping + (1 - share) * shared.suggestedDamping)
        for option in layer.options {
          let result = try gptq(weights, factor: factor, option: QParams(parsing: option.option))
          let sum = option.errors.reduce(0) { $0 + Double($1) }
          // Errors count for its own tokens. The Hessians are sums in another order.
          let expected = result.error * Double(max(tokens, 1)) / Double(layer.inputs)
          #expect(abs(sum / expected - 1) < 1e-3, "\(name) \(option.option)")
          if tokens > 0 {
            for (row, input) in inputs[expert].enumerated() where input.rows == 0 {
              #expect(option.errors[row] == 0)
            }
          }
        }
        let norm =
          tokens > 0
          ? own.energy(of: weights)
          : hessian.energy(of: weights) / Double(layer.inputs)
        let reference = layer.reference.reduce(0) { $0 + Double($1) }
        #expect(abs(reference / norm - 1) < 1e-3)
        #expect(layer.gain! > 0)
      }
    }
    #expect(counts.contains(0) && counts.contains { $0 > 0 })
  }

  @Test func isReportedWhenItSawTooFewTokens() throws {
    let (opened, rows) = try starved()
    var warnings: [String] = []
    _ = try measure(opened, rows) { if case .warned(let text) = $0 { warnings.append(text) } }
    #expect(warnings.count == 1)
    #expect(warnings.allSatisfy { $0.hasPrefix("16 of 16 experts, in 2 of 2 blocks, saw fewer") })
    #expect(warnings.allSatisfy { $0.contains("of them none") })
  }

  @Test func borrowsNothingWhenItSawEnough() throws {
    let opened = try OpenedModel(Checkpoint(FixtureModel.url("qwen3-moe-fused")))
    let rows = TinySession.randomRows(16, tokens: 60, vocabulary: 128)
    var warnings = 0
    let measurement = try measure(opened, rows) { if case .warned = $0 { warnings += 1 } }
    let experts = measurement.layers.filter { $0.tokens != nil }
    #expect(experts.count == 2 * 8 * 3)
    #expect(experts.allSatisfy { ($0.borrowedTokens == nil) == ($0.tokens! >= $0.inputs) })
    #expect(experts.contains { $0.borrowedTokens == nil })
    // Three experts of eight for each of 960 tokens, in two blocks.
    let gates = experts.filter { $0.role == "gate_proj" }
    #expect(gates.reduce(0) { $0 + $1.tokens! } == 2 * 3 * 960)
    if experts.allSatisfy({ $0.borrowedTokens == nil }) { #expect(warnings == 0) }
  }

  /// An identity instead would be rounding to nearest.
  @Test func isNeverQuantizedByAnIdentity() throws {
    let (opened, rows) = try starved()
    let option = try QParams(parsing: "1:3b_32g s4")
    let description = opened.model.description
    let options = Dictionary(uniqueKeysWithValues: description.linears.map { ($0.name, option) })
    let format = EXL2Format()
    let sink = MemorySink(try format.tensors(of: description, options: options))
    var warnings = 0
    try ConvertJob(model: opened.model, rows: rows, options: options, format: format)
      .run(into: sink) { if case .warned = $0 { warnings += 1 } }
    #expect(warnings == 1)

    let plain = try PlainExperts(
      Model(
        description: description, weights: format.runtimeWeights(opened.model.weights)),
      rows: rows.rows, block: 0)
    let idle = try #require(plain.inputs.firstIndex { $0.allSatisfy { $0.rows == 0 } })
    let linear = try #require(
      description.linears.first {
        $0.name == "model.layers.0.mlp.experts.\(idle).gate_proj"
      })
    let weights = try opened.model.weights.weights(of: linear)
    let rounded = try gptq(weights, factor: .identity(inputs: linear.inputs), option: option).matrix
    for tensor in try format.encode(rounded, of: linear)
    where tensor.description.name.hasSuffix("q_weight") {
      #expect(sink.tensors[tensor.description.name] != tensor.bytes)
    }
  }
}

@Suite("Tensors beside the language model")
struct CompanionTests {
  private let folder = try! TemporaryFolder()

  @Test("are copied as they are", arguments: ["gemma3-multimodal", "mistral3", "qwen2-vl"])
  func areCopied(name: String) throws {
    let opened = try OpenedModel(Checkpoint(FixtureModel.url(name)))
    let rows = TinySession.randomRows(2, tokens: 20, vocabulary: 128)
    let measurement = try MeasureJob(
      model: opened.model, fingerprint: "fingerprint", rows: rows,
      menu: OptionMenu(options: [QParams(parsing: "1:4b_32g s4")]), menuName: "menu.json",
      settings: MeasureSettings(sketch: 8)
    ).run { _ in }
    try ModelConversion(
      opened, document: try AllocationDocument(giving: "1:4b_32g s4", from: measurement), rows: rows
    ).run(into: folder["out"], overwrite: false) { _ in }
    let converted = try Checkpoint(folder["out"])
    let companions = opened.model.description.companions
    #expect(companions.count > 5)
    for companion in companions {
      #expect(
        try converted.description(of: companion) == opened.checkpoint.description(of: companion))
      #expect(
        try converted.tensor(companion).bytes() == opened.checkpoint.tensor(companion).bytes())
    }
    // Nothing is left of the layers' original weights but embeddings.
    for linear in opened.model.description.linears
    where linear.weight.tensor != opened.model.description.embeddingTensor {
      #expect(!converted.contains(linear.weight.tensor))
    }
  }
}
