import Formats
import Quantization
import Tensors
import Testing

@Suite struct EXL2UnpackingTests {
  /// The tensors of a layer, to be damaged.
  private struct Parts {
    var columns: Int
    var weight: [UInt32]
    var scale: [UInt32]
    var scaleMaximum: [UInt16]
    var groups: [UInt16]
    var inversePermutation: [Int32]

    /// 96 inputs in three groups of 4, 3 and 2 bits, and 32 outputs.
    init() {
      columns = 32
      weight = (0..<9 * 32).map { UInt32($0) &* 0x9e37_79b9 }
      scale = (0..<3 * 4).map { UInt32($0) &* 0x85eb_ca6b }
      scaleMaximum = [0x2808, 0x2e66, 0x0017]
      groups = [4, 0, 3, 4, 2, 7]
      inversePermutation = (0..<96).map { Int32($0 * 5 % 96) }
    }

    func unpacked(outputs: Int = 32) throws -> QuantizedMatrix {
      try EXL2Layer(
        columns: columns, weight: weight, scale: scale, scaleMaximum: scaleMaximum, groups: groups,
        inversePermutation: inversePermutation
      ).unpacked(outputs: outputs)
    }
  }

  private func expectError(
    in tensor: String, found: String, outputs: Int = 32, _ damage: (inout Parts) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var parts = Parts()
    damage(&parts)
    #expect(sourceLocation: sourceLocation) {
      try parts.unpacked(outputs: outputs)
    } throws: { error in
      guard let error = error as? EXL2Error else { return false }
      return error.tensor == tensor && error.found == found
    }
  }

  @Test func namesWhatIsWrong() throws {
    _ = try Parts().unpacked()
    expectError(in: "q_weight", found: "width 33") { $0.columns = 33 }
    expectError(in: "q_weight", found: "width 0") { $0.columns = 0 }
    expectError(in: "q_weight", found: "width 32", outputs: 33) { _ in }
    expectError(in: "q_weight", found: "287 elements") { $0.weight.removeLast() }
    expectError(in: "q_groups", found: "0 elements") { $0.groups = [] }
    expectError(in: "q_groups", found: "5 elements") { $0.groups.removeLast() }
    expectError(in: "q_groups", found: "1") { $0.groups[1] = 1 }
    expectError(in: "q_groups", found: "width 7 in group 1") { $0.groups[2] = 7 }
    expectError(in: "q_groups", found: "width 0 in group 0") { $0.groups[0] = 0 }
    expectError(in: "q_groups", found: "width 5 in group 1") { $0.groups[2] = 5 }
    expectError(in: "q_groups", found: "0 rows of words of 4 bits in group 0") { $0.groups[3] = 0 }
    expectError(in: "q_groups", found: "-2 rows of words of 3 bits in group 1") { $0.groups[5] = 2 }
    expectError(in: "q_groups", found: "5 rows of words of 3 bits in group 1") { $0.groups[5] = 9 }
    expectError(in: "q_groups", found: "2 rows of words of 3 bits in group 1") { $0.groups[5] = 6 }
    expectError(in: "q_scale", found: "11 elements") { $0.scale.removeLast() }
    expectError(in: "q_scale_max", found: "2") { $0.scaleMaximum.removeLast() }
    expectError(in: "q_scale_max", found: "inf") { $0.scaleMaximum[1] = 0x7c00 }
    expectError(in: "q_scale_max", found: "-1.0") { $0.scaleMaximum[1] = 0xbc00 }
    expectError(in: "q_invperm", found: "95") { $0.inversePermutation.removeLast() }
    expectError(in: "q_invperm", found: "96 at 0") { $0.inversePermutation[0] = 96 }
    expectError(in: "q_invperm", found: "-1 at 95") { $0.inversePermutation[95] = -1 }
    expectError(in: "q_invperm", found: "0 at 1") { $0.inversePermutation[1] = 0 }
  }

  @Test("survives any damage", arguments: 0..<2000)
  func survives(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var parts = Parts()
    func damage<Element: FixedWidthInteger>(_ elements: inout [Element]) {
      switch random.next(below: 4) {
      case 0: elements.removeLast(random.next(below: elements.count + 1))
      case 1: elements += elements.prefix(random.next(below: elements.count + 1))
      default:
        guard !elements.isEmpty else { return }
        let values: [Element] = [
          0, 1, 2, 3, 4, 8, .max, .min, .init(truncatingIfNeeded: random.next()),
        ]
        elements[random.next(below: elements.count)] = values[random.next(below: values.count)]
      }
    }
    for _ in 0...random.next(below: 3) {
      switch random.next(below: 8) {
      case 0: parts.columns = [0, -32, 31, 64, 96, Int.max, Int.max & ~31][random.next(below: 7)]
      case 1: damage(&parts.weight)
      case 2: damage(&parts.scale)
      case 3: damage(&parts.scaleMaximum)
      case 4...6: damage(&parts.groups)
      default: damage(&parts.inversePermutation)
      }
    }
    let outputs = [32, 1, 0, -1, 33, Int.max][random.next(below: 6)]
    // Either an error of ours or a matrix that is whole.
    do {
      let matrix = try parts.unpacked(outputs: outputs)
      #expect(matrix.weights().rows == matrix.inputs)
    } catch {
      #expect(error is EXL2Error)
    }
  }
}
