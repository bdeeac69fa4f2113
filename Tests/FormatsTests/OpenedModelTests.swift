import Checkpoints
import Formats
import Foundation
import Models
import TestSupport
import Testing

@Suite("A folder that was quantized elsewhere")
struct OpenedModelTests {
  private let folder = try! TemporaryFolder()

  /// Wherever a tool writes that it did so.
  @Test(
    "is refused with the method",
    arguments: [
      ("quantization_config", #"{"quant_method": "gptq", "bits": 4}"#, "gptq"),
      ("quantization_config", #"{"quant_method": "fp8"}"#, "fp8"),
      ("quantization_config", #"{"load_in_4bit": true}"#, "of an unknown kind"),
      ("compression_config", #"{"quant_method": "compressed-tensors"}"#, "compressed-tensors"),
      ("quantization", #"{"group_size": 64, "bits": 4}"#, "of an unknown kind"),
    ])
  func isRefused(key: String, value: String, method: String) throws {
    var tiny = TinyModel()
    tiny.extra = [key: value]
    let checkpoint = try Checkpoint(tiny.write(to: folder["tiny"]))
    #expect(
      throws: ModelError.alreadyQuantized(method: method, directory: folder["tiny"].path)
    ) { try OpenedModel(checkpoint) }
  }

  @Test func isRefusedWhereOnlyTheLanguageModelIs() throws {
    try FixtureModel.copy("gemma3-multimodal", to: folder["model"]) {
      $0.replacing(
        "\"text_config\": {",
        with: "\"text_config\": {\"quantization_config\": {\"quant_method\": \"awq\"},")
    }
    #expect(throws: ModelError.alreadyQuantized(method: "awq", directory: folder["model"].path)) {
      try OpenedModel(Checkpoint(folder["model"]))
    }
  }

  @Test func isNoneIfItsTensorsAreTheOriginals() throws {
    var tiny = TinyModel()
    tiny.extra = ["quantization_config": #"{"quant_method": "exl2"}"#]
    let checkpoint = try Checkpoint(tiny.write(to: folder["tiny"]))
    #expect(throws: ModelError.notQuantized(method: "exl2", directory: folder["tiny"].path)) {
      try OpenedModel(checkpoint)
    }
  }
}
