import Checkpoints
import Formats
import Foundation
import Models
import TestSupport
import Testing

@Suite("What ExLlamaV2 can't load")
struct EXL2RuntimeTests {
  private let folder = try! TemporaryFolder()

  /// Each a model that its loader would take, and compute something else.
  @Test(
    "is refused with the reason",
    arguments: [
      ("olmo2-mha", "doesn't know Olmo2ForCausalLM"),
      ("cohere2", "blocks that have no positions"),
      ("qwen3-moe", "experts in every block"),
      ("llava", "vision tower"),
      ("llava-new-names", "model.language_model."),
      ("qwen2-5-vl", "model.language_model."),
      ("granite-bias", "biases"),
    ])
  func isRefused(fixture: String, reason: String) throws {
    try expectRefusal(reason, of: FixtureModel.url(fixture))
  }

  @Test(
    "is a setting that it doesn't read",
    arguments: [
      ("qwen3-moe-fused", "\"norm_topk_prob\": true", "\"norm_topk_prob\": false", "add up to 1"),
      ("mistral-modern", "\"silu\"", "\"gelu\"", "computes SiLU"),
      ("mistral-modern", "\"head_dim\": 32", "\"head_dim\": 24", "width"),
      (
        "gemma3-multimodal", "\"rope_local_base_freq\": 10000.0",
        "\"rope_local_base_freq\": 5000.0",
        "rotary base"
      ),
    ])
  func isASetting(fixture: String, old: String, new: String, reason: String) throws {
    let url = folder["model"]
    try FileManager.default.copyItem(at: FixtureModel.url(fixture), to: url)
    let file = url.appending(path: "config.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains(old))
    try Data(text.replacing(old, with: new).utf8).write(to: file)
    try expectRefusal(reason, of: url)
  }

  private func expectRefusal(_ reason: String, of url: URL) throws {
    let model = try ModelDescription(Checkpoint(url))
    #expect {
      try EXL2Format().check(model)
    } throws: { error in
      guard case .notConvertible(_, _, _, let found, let others)? = error as? FormatError else {
        return false
      }
      return found.contains(reason) && others.isEmpty
        && error.localizedDescription.hasPrefix("No output format can hold")
    }
  }
}

@Suite("How EXL2 arranges a model")
struct EXL2ArrangementTests {
  private func arranged(_ fixture: String) throws -> ModelDescription {
    EXL2Format().arranged(try ModelDescription(Checkpoint(FixtureModel.url(fixture))))
  }

  @Test func splitsFusedProjections() throws {
    let roles = try arranged("phi3-window").blocks[0].linears.map(\.role)
    #expect(
      roles == ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])
  }

  /// Its loader moves the columns of gate and up as down's rows are ordered, and leaves their biases.
  @Test func leavesDownInOrderWhereGateHasABias() throws {
    for linear in try arranged("starcoder2").linears {
      #expect(linear.keepsInputOrder == (linear.role == "c_proj"))
    }
    #expect(try arranged("qwen2-window").linears.allSatisfy { !$0.keepsInputOrder })
  }

  @Test func putsGemma3IntoTheMultimodalModel() throws {
    let model = try arranged("gemma3-modern")
    #expect(model.linears.allSatisfy { $0.name.hasPrefix("language_model.") })
    let tensors = try EXL2Format().tensors(of: model, options: [:])
    #expect(tensors.allSatisfy { $0.name.hasPrefix("language_model.") })
  }
}
