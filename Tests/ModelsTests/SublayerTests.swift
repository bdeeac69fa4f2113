import Checkpoints
import Models
import Tensors
import TestSupport
import Testing

@Suite("A sublayer")
struct SublayerTests {
  private func block(_ fixture: String, _ index: Int = 0) throws -> (Model, Block) {
    let model = try Model(Checkpoint(FixtureModel.url(fixture)))
    return (model, model.description.blocks[index])
  }

  private func stages(_ block: Block) -> [[String]] { block.stages.map { $0.map(\.role) } }

  @Test func sharesAnInputBehindOneNorm() throws {
    let (_, cohere) = try block("cohere")
    #expect(
      stages(cohere) == [
        ["q_proj", "k_proj", "v_proj", "gate_proj", "up_proj"], ["o_proj"], ["down_proj"],
      ])
    #expect(cohere.norms.map(\.name) == ["model.layers.0.input_layernorm"])
  }

  @Test func sharesNoInputBehindTwoNorms() throws {
    let (_, neox) = try block("gpt-neox")
    #expect(
      stages(neox) == [
        ["query_key_value"], ["dense"], ["dense_h_to_4h"], ["dense_4h_to_h"],
      ])
    #expect(neox.sublayers.count == 1 && neox.sublayers[0].branches.count == 2)
  }

  @Test func givesEveryExpertStagesOfItsOwn() throws {
    let (_, qwen) = try block("qwen2-moe-dense-layer", 1)
    let experts = stages(qwen).dropFirst(2)
    #expect(experts.count == 2 * 7)  // six and a shared one
    #expect(experts.first == ["gate_proj", "up_proj"] && experts.last == ["down_proj"])
    let (_, dense) = try block("qwen2-moe-dense-layer", 0)
    #expect(stages(dense).count == 4)
  }

  /// The parts of a fused projection are its rows, in whatever order the family keeps them, and
  /// compute what the whole computes.
  @Test(
    "is the same when its fused projections are split",
    arguments: ["phi3-window", "falcon-7b", "falcon-40b", "falcon-rw", "gpt-neox"])
  func isTheSameWhenSplit(fixture: String) throws {
    let (model, block) = try block(fixture)
    let split = block.mapPathways(\.split)
    #expect(split.linears.count > block.linears.count)
    for fused in block.linears where !fused.parts.isEmpty {
      let whole = try model.weights.weights(of: fused)
      let bias = try model.weights.bias(of: fused)
      var covered: Set<Int> = []
      for (part, linear) in zip(fused.parts, fused.split) {
        let columns = part.rows.ranges.flatMap { $0 }
        #expect(covered.isDisjoint(with: columns))
        covered.formUnion(columns)
        #expect(try model.weights.weights(of: linear) == whole.columns(part.rows.ranges))
        #expect(
          try model.weights.bias(of: linear) == bias.map { bias in columns.map { bias[$0] } })
      }
      #expect(covered.count == fused.outputs)
    }
    let states = try model.embeddings(of: (0..<40).map { Int32($0 * 3) })
    let before = try LoadedBlock(block, from: model.weights, length: 40).run(states)
    let after = try LoadedBlock(split, from: model.weights, length: 40).run(states)
    #expect(largestDifference(before, after) < 1e-5)
  }
}
