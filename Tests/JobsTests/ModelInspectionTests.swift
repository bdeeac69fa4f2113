import Checkpoints
import Formats
import Foundation
import Jobs
import Models
import TestSupport
import Testing

@Suite("An inspection")
struct ModelInspectionTests {
  private func inspection(_ fixture: String) throws -> ModelInspection {
    try ModelInspection(OpenedModel(Checkpoint(FixtureModel.url(fixture))), folder: fixture)
  }

  @Test func countsEveryParameterOnce() throws {
    for name in FixtureModel.names {
      let checkpoint = try Checkpoint(FixtureModel.url(name))
      let opened = try OpenedModel(checkpoint)
      let companions = Set(opened.model.description.companions)
      let stored = try checkpoint.tensorNames.filter { !companions.contains($0) }
        .reduce(0) { try $0 + checkpoint.description(of: $1).elementCount }
      #expect(try ModelInspection(opened, folder: name).parameters.total == stored, "\(name)")
    }
  }

  @Test func gathersBlocksThatAreAlike() throws {
    let gemma = try inspection("gemma2")
    #expect(gemma.blocks.map(\.indices) == [[0, 2], [1, 3]])
    #expect(gemma.blocks.map { $0.structure.attention[0].window } == [8, nil])
    #expect(gemma.frame.logitSoftCap == 5 && gemma.frame.embeddingScale == 8)
    #expect(gemma.blocks[0].structure.attention[0].frame.outputNorm == "RMS (1 + weight)")
  }

  @Test func knowsWhatExpertsDo() throws {
    let qwen = try inspection("qwen2-moe-dense-layer")
    let experts = qwen.blocks.map { $0.structure.feedForward[0] }
    #expect(experts.map(\.experts) == [nil, 6])
    #expect(experts[1].expertsPerToken == 2 && experts[1].sharedWidth == 64)
    let stage = try #require(
      qwen.blocks[1].structure.stages.first { $0.layers[0].name == "mlp.experts.*.gate_proj" })
    #expect(stage.count == 6 && stage.layers.count == 2)
    // Four of six experts of two blocks are idle for a token.
    let idle = qwen.parameters.linear - qwen.parameters.activeLinear
    #expect(idle == 2 * 4 * 3 * 64 * experts[1].width)
  }

  @Test func saysHowPositionsEnter() throws {
    func positions(_ fixture: String) throws -> PositionFacts? {
      try inspection(fixture).blocks[0].structure.attention[0].positions
    }
    #expect(try positions("falcon-rw")?.kind == "alibi")
    #expect(try positions("cohere")?.turnsNeighbors == true)
    let long = try positions("phi3-longrope-long")
    #expect(long?.scaling == "longrope" && long?.originalPositions == 16)
  }

  @Test func namesFormatsAndWhatIsUnusual() throws {
    #expect(try inspection("granite").formats == ["exl2"])
    let olmo = try inspection("olmo")
    #expect(olmo.formats == [] && olmo.tokenizer == nil)
    #expect(olmo.unusual.contains { $0.hasPrefix("No output format can hold OlmoForCausalLM") })
    #expect(olmo.unusual.contains { $0.hasPrefix("without a tokenizer") })
    let qwen = try inspection("qwen2-vl")
    #expect(qwen.unusual.contains { $0.contains("copied as they are") })
  }
}
