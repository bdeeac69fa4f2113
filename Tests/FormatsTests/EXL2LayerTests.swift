import Formats
import Foundation
import Quantization
import Tensors
import Testing

@Suite struct EXL2LayerTests {
  /// The example of the format's description.
  private var example: QuantizedMatrix {
    let first: [[UInt8]] = (0..<32).map { row in (0..<32).map { UInt8((row + $0) % 16) } }
    let second: [[UInt8]] = (0..<32).map { row in (0..<32).map { UInt8((row + 3 * $0) % 8) } }
    let scaleCodes: [[UInt8]] = [
      (0..<32).map { UInt8($0 % 16) }, (0..<32).map { UInt8((47 - $0) % 16) },
    ]
    return QuantizedMatrix(
      permutation: (0..<64).map { 5 * $0 % 64 },
      groups: [Group(bits: 4, rows: 0..<32), Group(bits: 3, rows: 32..<64)], outputs: 32,
      codes: Array((first + second).joined()), scaleCodes: Array(scaleCodes.joined()),
      scaleMaxima: [0x2808, 0x2e66])
  }

  @Test func packsTheWorkedExample() throws {
    let layer = EXL2Layer(packing: example)
    #expect(layer.columns == 32 && layer.weight.count == 7 * 32)
    #expect(
      stride(from: 0, to: 7 * 32, by: 32).map { layer.weight[$0] } == [
        0x7654_3210, 0xfedc_ba98, 0x7654_3210, 0xfedc_ba98, 0x88fa_c688, 0xc688_fac6, 0xfac6_88fa,
      ])
    #expect(
      stride(from: 1, to: 7 * 32, by: 32).map { layer.weight[$0] } == [
        0x8765_4321, 0x0fed_cba9, 0x8765_4321, 0x0fed_cba9, 0x6344_7d63, 0x7d63_447d, 0x447d_6344,
      ])
    #expect(
      layer.scale == [
        0x7654_3210, 0xfedc_ba98, 0x7654_3210, 0xfedc_ba98, 0x89ab_cdef, 0x0123_4567, 0x89ab_cdef,
        0x0123_4567,
      ])
    #expect(layer.scaleMaximum == [0x2808, 0x2e66])
    #expect(layer.groups == [4, 0, 3, 4])
    #expect(layer.inversePermutation.prefix(8) == [0, 13, 26, 39, 52, 1, 14, 27])

    let weights = try layer.unpacked(outputs: 32).weights()
    for (row, column, expected) in [(15, 1, 0x9808), (50, 9, 0xabdf), (8, 1, 0xada0)] {
      #expect(NumberFormat.binary16([weights[row, column]]) == [UInt16(expected)])
    }
  }

  /// A layer with random codes under a layout.
  private func random(_ option: QParams, inputs: Int, outputs: Int, seed: Int) throws
    -> QuantizedMatrix
  {
    var random = SeededGenerator(seed: UInt64(seed))
    let groups = try option.groups(inputs: inputs)
    var permutation = Array(0..<inputs)
    random.shuffle(&permutation)
    return QuantizedMatrix(
      permutation: permutation, groups: groups, outputs: outputs,
      codes: groups.flatMap { group in
        (0..<group.rows.count * outputs).map { _ in UInt8(random.next(below: 1 << group.bits)) }
      },
      scaleCodes: (0..<groups.count * outputs).map { _ in UInt8(random.next(below: 16)) },
      scaleMaxima: groups.map { _ in UInt16(random.next(below: 0x7c00)) })
  }

  private static var options: [QParams] {
    get throws {
      try OptionMenu(
        contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
          .appending(path: "../../qparams/exl2.json").standardized
      ).options
    }
  }

  @Test("unpacks what it packed, in the planned shapes and bits", arguments: try options)
  func roundTrip(option: QParams) throws {
    for (index, shape) in [(64, 32), (640, 40), (1120, 33), (96, 1)].enumerated() {
      let (inputs, outputs) = shape
      let matrix = try random(option, inputs: inputs, outputs: outputs, seed: index)
      let layer = EXL2Layer(packing: matrix)
      #expect(try layer.unpacked(outputs: outputs) == matrix)

      let shapes = try EXL2Layer.shapes(inputs: inputs, outputs: outputs, option: option)
      let counts = shapes.mapValues { $0.reduce(1, *) }
      #expect(
        counts == [
          .weight: layer.weight.count, .scale: layer.scale.count,
          .scaleMaximum: layer.scaleMaximum.count, .groups: layer.groups.count,
          .inversePermutation: layer.inversePermutation.count,
        ])
      let bits =
        32 * (layer.weight.count + layer.scale.count + layer.inversePermutation.count)
        + 16 * (layer.scaleMaximum.count + layer.groups.count)
      #expect(try option.storedBits(inputs: inputs, outputs: outputs) == bits)
    }
  }

  @Test("pads with weights of zero", arguments: [2, 3, 4, 5, 6, 8])
  func padding(bits: Int) throws {
    let option = try QParams(parsing: "1:\(bits)b_32g s4")
    let matrix = try random(option, inputs: 64, outputs: 40, seed: 1)
    let padded = try EXL2Layer(packing: matrix).unpacked(outputs: 64)
    let weights = padded.weights()
    for row in 0..<64 {
      #expect(weights.row(row).suffix(24).allSatisfy { $0 == 0 })
      #expect(padded.codes[row * 64 + 40] == UInt8(1 << (bits - 1)))
    }
    #expect(padded.scaleCodes[40..<64].allSatisfy { $0 == 0 })
  }

  @Test func readsGroupsThatNoMenuHas() throws {
    let groups = [(8, 0..<32), (3, 32..<192), (2, 192..<256), (2, 256..<272)].map {
      Group(bits: $0.0, rows: $0.1)
    }
    let matrix = QuantizedMatrix(
      permutation: Array((0..<272).reversed()), groups: groups, outputs: 32,
      codes: (0..<272 * 32).map { UInt8($0 % 4) },
      scaleCodes: (0..<4 * 32).map { UInt8($0 % 16) }, scaleMaxima: [1, 2, 3, 4])
    #expect(try EXL2Layer(packing: matrix).unpacked(outputs: 32) == matrix)
  }
}
