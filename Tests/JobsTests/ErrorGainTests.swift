import BitAllocation
import Checkpoints
import Foundation
import Jobs
import Models
import Quantization
import Tensors
import TestSupport
import Testing

/// How errors reach the hidden states where more stands between than in a Llama: norms behind, factors,
/// shares, two branches side by side. The sublayer is run whole, with and without the error.
@Suite("A gain")
struct ErrorGainTests {
  @Test(
    "is what an error does to the states behind the sublayer",
    arguments: [
      ("gemma2", ["q_proj", "o_proj", "up_proj", "down_proj"]),
      ("granite", ["k_proj", "o_proj", "gate_proj", "down_proj"]),
      ("cohere", ["v_proj", "o_proj", "gate_proj", "down_proj"]),
      ("olmo2-mha", ["v_proj", "o_proj", "down_proj"]),
      (
        "qwen2-moe-dense-layer",
        ["experts.1.up_proj", "experts.2.down_proj", "shared_expert.gate_proj"]
      ),
    ])
  func isWhatAnErrorDoes(fixture: String, roles: [String]) throws {
    let model = try Model(Checkpoint(FixtureModel.url(fixture)))
    let rows = TinySession.randomRows(8, tokens: 60, vocabulary: 128)
    let measurement = try MeasureJob(
      model: model, fingerprint: "", rows: rows,
      menu: OptionMenu(options: [QParams(parsing: "1:4b_32g s4")]), menuName: ""
    ).run { _ in }
    let block = model.description.blocks[1]
    var states = try rows.rows.map(model.embeddings)
    states = try states.map(
      LoadedBlock(model.description.blocks[0], from: model.weights, length: 60).run)
    let loaded = try LoadedBlock(block, from: model.weights, length: 60)
    var tested = 0
    for index in block.sublayers.indices {
      for linear in block.sublayers[index].stages.flatMap({ $0 })
      where roles.contains(where: linear.name.hasSuffix) {
        let layer = try #require(measurement.layers.first { $0.name == linear.name })
        let expected = try gain(of: linear, in: index, of: loaded, states)
        #expect(abs(layer.gain! / expected - 1) < 0.02, "\(linear.name)")
        tested += 1
      }
      states = states.map { run(loaded, $0, sublayer: index) }
    }
    #expect(tested == roles.count)
  }

  /// Replaces the layer by what GPTQ makes of it on all rows, and runs the sublayer both ways.
  private func gain(
    of linear: Linear, in sublayer: Int, of loaded: LoadedBlock, _ states: [Matrix]
  ) throws -> Double {
    let place = try #require(
      loaded.block.sublayers[sublayer].pathwaysByInput.flatMap { $0 }
        .first { loaded.block.sublayers[sublayer][$0].linears.contains(linear) })
    let pathway = loaded.block.sublayers[sublayer][place]
    let isWriter = pathway.writer == linear
    let passes = states.map { state in
      loaded.pass(
        state, through: place, in: sublayer,
        for: loaded.selections(state, in: sublayer)[place]!)
    }
    let inputs = passes.map { pass in
      var input = isWriter ? pass.mixed : pass.input
      if !isWriter, let shares = pass.selection.shares { input.scaleRows(by: shares) }
      return input
    }
    let weights = loaded.weights(of: linear)
    let quantized = try gptq(
      weights, factor: hessian(of: inputs).factor(), option: QParams(parsing: "1:4b_32g s4")
    ).matrix.weights()
    var changed = loaded
    changed.replaceWeights(of: linear, with: quantized)
    let made = inputs.reduce(0) { $0 + ($1 * (quantized - weights)).squaredNorm }
    let reached = states.reduce(0) { sum, state in
      sum
        + (run(changed, state, sublayer: sublayer) - run(loaded, state, sublayer: sublayer))
        .squaredNorm
    }
    return reached / made
  }

  private func run(_ loaded: LoadedBlock, _ states: Matrix, sublayer: Int) -> Matrix {
    let selections = loaded.selections(states, in: sublayer)
    var sums = BranchSums(of: loaded.block.sublayers[sublayer], like: states)
    for place in loaded.block.sublayers[sublayer].pathwaysByInput.flatMap({ $0 }) {
      let pass = loaded.pass(states, through: place, in: sublayer, for: selections[place]!)
      sums.add(pass.written, of: place, for: selections[place]!)
    }
    return states + loaded.added(sums, in: sublayer)
  }
}
