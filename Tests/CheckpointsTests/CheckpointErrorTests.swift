import Checkpoints
import Foundation
import Testing

@Suite("A message about a checkpoint")
struct CheckpointErrorTests {
  @Test(
    "says what, where, and what now",
    arguments: [
      (
        CheckpointError.unexpectedShape(tensor: "t", expected: [2, 3], found: [3]),
        "'t' should have shape [2, 3] by the model's config.json, but has [3]."
      ),
      (
        .invalidSafetensors(file: "m/a", .dataLength(expected: 8, found: 7)),
        "m/a is not a valid safetensors file: its tensors take 8 bytes, but 7 follow the header. "
          + "The download may be incomplete."
      ),
      (
        .hubName("a/b"),
        "There is no folder a/b. If this is a model on the Hugging Face hub, download it first "
          + "('hf download a/b --local-dir FOLDER') and give that folder."
      ),
      (
        .notAFolder(path: "x.GGUF"),
        "x.GGUF is a GGUF file. Give the folder of the original model, with its config.json and "
          + "safetensors files."
      ),
      (
        .notFinite(tensor: "t", index: 7, value: "nan", file: "m/a"),
        "'t' in m/a is nan at element 7. The file is damaged, or training had diverged."
      ),
      (
        .notEnoughSpace(path: "out", needed: 5_000_001, available: 1_000_000),
        "out needs 6 MB, but the disk has only 1 MB left. Make room, or choose another disk."
      ),
    ])
  func saysWhatWhereAndWhatNow(error: CheckpointError, message: String) {
    #expect(error.localizedDescription == message)
  }
}
