import Models
import Tensors
import Testing

/// Values worked out by hand, or with transformers' own functions.
@Suite("Rotary embedding")
struct RotaryEmbeddingTests {
  @Test func turnsPairsByPositionTimesFrequency() {
    let rope = RotaryEmbedding(dimensions: 4, theta: 10_000)
    #expect(rope.frequencies(length: 1) == [1, 0.01])
    let tables = rope.tables(length: 4)
    let x: [Float] = [1, 2, 3, 4]
    let turned = (0..<2).map { x[$0] * tables.cosines[3, $0] - x[$0 + 2] * tables.sines[3, $0] }
    #expect(abs(turned[0] - -1.413352521) < 1e-6)
    #expect(abs(turned[1] - 1.879118067) < 1e-6)
  }

  @Test func dividesAllFrequenciesWhenLinear() {
    let plain = RotaryEmbedding(dimensions: 16, theta: 10_000)
    let scaled = RotaryEmbedding(dimensions: 16, theta: 10_000, scaling: .linear(factor: 4))
    #expect(scaled.frequencies(length: 9) == plain.frequencies(length: 9).map { $0 / 4 })
  }

  @Test func raisesThetaForLongSequencesWhenDynamic() {
    let rope = RotaryEmbedding(
      dimensions: 128, theta: 10_000, scaling: .dynamic(factor: 2, maximumPositions: 2048))
    let plain = RotaryEmbedding(dimensions: 128, theta: 10_000)
    #expect(rope.frequencies(length: 2048) == plain.frequencies(length: 2048))
    let longer = RotaryEmbedding(dimensions: 128, theta: 30_527.7367).frequencies(length: 1)
    for (a, b) in zip(rope.frequencies(length: 4096), longer) { #expect(abs(a / b - 1) < 1e-6) }
  }

  @Test func blendsBetweenWavelengthsForLlama3() {
    let plain = RotaryEmbedding(dimensions: 128, theta: 5e5).frequencies(length: 1)
    let scaled = RotaryEmbedding(
      dimensions: 128, theta: 5e5,
      scaling: .llama3(
        Llama3Scaling(
          factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8192))
    ).frequencies(length: 1)
    #expect(Array(scaled[...28]) == Array(plain[...28]))
    #expect(abs(scaled[29] - 0.002166570764) < 1e-11)
    #expect(abs(scaled[30] - 0.001371893568) < 1e-11)
    #expect(abs(scaled[32] - 0.000524846161) < 1e-11)
    for m in 35..<64 { #expect(abs(scaled[m] * 8 / plain[m] - 1) < 1e-12) }
  }

  @Test func rampsBetweenDimensionsForYarn() {
    let yarn = YarnScaling(factor: 4, originalPositions: 32_768)
    #expect(abs(yarn.attentionFactor - 1.138629436) < 1e-9)
    let plain = RotaryEmbedding(dimensions: 128, theta: 1e6)
    let scaled = RotaryEmbedding(dimensions: 128, theta: 1e6, scaling: .yarn(yarn))
    let ratios = zip(scaled.frequencies(length: 1), plain.frequencies(length: 1)).map { $0 / $1 }
    #expect(abs(ratios[23] - 1) < 1e-12)
    #expect(abs(ratios[24] - 0.95588235) < 1e-8)
    #expect(abs(ratios[30] - 0.69117647) < 1e-8)
    for m in 40..<64 { #expect(abs(ratios[m] - 0.25) < 1e-12) }
    #expect(abs(scaled.tables(length: 1).cosines[0, 0] - 1.1386294) < 1e-6)
  }
}
