import Formats
import Quantization
import Testing

@Suite("ExLlamaV2's layouts for the head")
struct EXL2HeadOptionsTests {
  /// Bits per weight at 4096 × 32000 and 4096 × 128256, by the format's description.
  @Test(
    "take what they should",
    arguments: [
      (2, 2.7354, 2.7346), (3, 3.2823, 3.2815), (4, 4.4385, 4.4378), (5, 5.1885, 5.1878),
      (6, 6.3448, 6.3440), (8, 8.0323, 8.0315),
    ])
  func take(bits: Int, small: Double, large: Double) throws {
    let option = try #require(EXL2Format.headOption(bits: bits))
    for (outputs, expected) in [(32_000, small), (128_256, large)] {
      let stored = try option.storedBits(inputs: 4096, outputs: outputs)
      #expect(abs(Double(stored) / Double(4096 * outputs) - expected) < 0.00005)
    }
  }

  @Test func areTheOnesThereAre() {
    #expect(EXL2Format.headBits == [2, 3, 4, 5, 6, 8])
    for bits in -1...16 {
      let option = EXL2Format.headOption(bits: bits)
      #expect((option != nil) == EXL2Format.headBits.contains(bits))
      if let option { #expect(EXL2Format.headBits(of: option) == bits) }
    }
  }
}
