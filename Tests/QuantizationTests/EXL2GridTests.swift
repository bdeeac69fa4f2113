import Quantization
import Tensors
import Testing

@Suite struct EXL2GridTests {
  @Test(
    "has exllamav2's scales",
    arguments: [
      // maximum, top, code, scale: bit patterns of the worked example in the format's description.
      (0x2808, 1, 0x1008), (0x2808, 9, 0x224c), (0x2e66, 14, 0x2da0),
    ] as [(UInt16, Int, UInt16)])
  func scales(maximum: UInt16, code: Int, expected: UInt16) {
    let scale = EXL2Grid.scales(maximum: maximum)[code]
    #expect(Float16(scale).bitPattern == expected && Float(Float16(scale)) == scale)
  }

  @Test func keepsSubnormalScales() {
    let maximum = Float16(0.00035)
    #expect(Float(maximum) == 0.000_349_998_47)
    let scales = EXL2Grid.scales(maximum: maximum.bitPattern)
    // 23 · 2^-24, where exact arithmetic gives 22.9.
    #expect(Float16(scales[0]).bitPattern == 0x0017)
    #expect(scales[15] == 256 * 23 * 0x1p-24)
  }

  @Test("follows the format's three roundings for every maximum")
  func everyMaximum() {
    for bits in stride(from: UInt16(0), to: 0x7800, by: 7) {
      let top = Float16(bitPattern: bits) / 256
      let expected = (1...16).map { Float(Float16($0 * $0) * top) }
      #expect(EXL2Grid.scales(maximum: bits) == expected)
    }
  }

  @Test("gives back weights as the format defines them", arguments: [2, 3, 4, 5, 6, 8])
  func weights(bits: Int) {
    var random = SeededGenerator(seed: UInt64(bits))
    let outputs = 39
    let maxima = (0..<4).map { _ in UInt16(random.next(below: 0x7800)) } + [0, 1, 0x0400, 0x0a00]
    let groups = maxima.indices.map { Group(bits: bits, rows: 32 * $0..<32 * ($0 + 1)) }
    let inputs = 32 * groups.count
    let matrix = QuantizedMatrix(
      permutation: (0..<inputs).map { ($0 * 37) % inputs }, groups: groups, outputs: outputs,
      codes: (0..<inputs * outputs).map { _ in UInt8(random.next(below: 1 << bits)) },
      scaleCodes: (0..<groups.count * outputs).map { _ in UInt8(random.next(below: 16)) },
      scaleMaxima: maxima)
    let weights = matrix.weights()
    for row in 0..<inputs {
      let top = Float16(bitPattern: maxima[row / 32]) / 256
      for column in 0..<outputs {
        let s = Float16(matrix.scaleCodes[row / 32 * outputs + column]) + 1
        let q = Float16(matrix.codes[row * outputs + column]) - Float16(1 << (bits - 1))
        let expected = q * ((s * s) * top)
        #expect(weights[matrix.permutation[row], column] == Float(expected))
      }
    }
  }
}
