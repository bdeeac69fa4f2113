import Foundation
import Quantization
import Tensors

/// What a layer's EXL2 tensors have that they should not.
///
/// Tensors are named without their layer; whoever knows its name says it beside the message.
package struct EXL2Error: LocalizedError, Equatable {
  /// The tensor's name without its layer, such as "q_weight".
  package let tensor: String
  /// In words that go into a sentence.
  package let expected: String
  /// In words that go into a sentence.
  package let found: String

  package var errorDescription: String? {
    "'\(tensor)' has \(found) where there should be \(expected). "
      + "The file is damaged or not in EXL2 format."
  }
}

extension EXL2Layer {
  /// The layer without the columns beyond `outputs`, which are padding.
  ///
  /// Takes any tensors, and throws `EXL2Error` for those that no loader could make sense of. Groups
  /// of any size are welcome if they fill whole words.
  package func unpacked(outputs: Int) throws -> QuantizedMatrix {
    try expect(
      .weight, "a width that is a multiple of 32 and at least \(outputs)",
      found: "width \(columns)",
      columns % QParams.columnMultiple == 0 && outputs > 0 && outputs <= columns)
    try expect(
      .weight, "rows of \(columns)", found: "\(weight.count) elements", weight.count % columns == 0)
    let groups = try unpackedGroups(words: weight.count / columns)
    try expect(
      .scale, "\(groups.count) rows of \(columns / 8)", found: "\(scale.count) elements",
      scale.count % groups.count == 0 && scale.count / groups.count == columns / 8)
    try checkScaleMaxima(groups: groups.count)
    return QuantizedMatrix(
      permutation: try permutation(inputs: groups[groups.count - 1].rows.upperBound),
      groups: groups, outputs: outputs,
      codes: unpackedCodes(groups: groups, outputs: outputs),
      scaleCodes: unpackedScaleCodes(groups: groups.count, outputs: outputs),
      scaleMaxima: scaleMaximum)
  }

  private func expect(
    _ tensor: Tensor, _ expected: String, found: @autoclosure () -> String, _ condition: Bool
  ) throws {
    guard condition else {
      throw EXL2Error(tensor: tensor.rawValue, expected: expected, found: found())
    }
  }

  private func unpackedGroups(words: Int) throws -> [Group] {
    try expect(
      .groups, "one or more pairs", found: "\(groups.count) elements",
      !groups.isEmpty && groups.count % 2 == 0)
    let starts = stride(from: 1, to: groups.count, by: 2).map { Int(groups[$0]) } + [words]
    try expect(.groups, "0 as the first row", found: "\(starts[0])", starts[0] == 0)
    var result: [Group] = []
    for index in 0..<groups.count / 2 {
      let bits = Int(groups[2 * index])
      try expect(
        .groups, "a width of 8, 6, 5, 4, 3 or 2, none above the one before",
        found: "width \(bits) in group \(index)",
        QParams.widths.contains(bits) && bits <= result.last?.bits ?? 8)
      let count = starts[index + 1] - starts[index]
      // A group of 2 bits also fills its words with 16 rows.
      let rows = count * 32 / bits
      let multiple = bits == 2 ? 16 : QParams.rowMultiple
      try expect(
        .groups, "groups of a multiple of \(multiple) rows within the \(words) of 'q_weight'",
        found: "\(count) rows of words of \(bits) bits in group \(index)",
        count > 0 && count * 32 % bits == 0 && rows % multiple == 0)
      let row = result.last?.rows.upperBound ?? 0
      result.append(Group(bits: bits, rows: row..<row + rows))
    }
    return result
  }

  private func checkScaleMaxima(groups: Int) throws {
    try expect(
      .scaleMaximum, "\(groups) elements", found: "\(scaleMaximum.count)",
      scaleMaximum.count == groups)
    let infinity: UInt16 = 0x7c00
    for maximum in scaleMaximum {
      try expect(
        .scaleMaximum, "finite numbers that are not negative",
        found: "\(NumberFormat.floats(binary16: [maximum])[0])", maximum < infinity)
    }
  }

  private func permutation(inputs: Int) throws -> [Int] {
    try expect(
      .inversePermutation, "\(inputs) elements, the rows of 'q_groups'",
      found: "\(inversePermutation.count)", inversePermutation.count == inputs)
    var permutation = [Int](repeating: -1, count: inputs)
    for (input, row) in inversePermutation.enumerated() {
      try expect(
        .inversePermutation, "every number below \(inputs) once",
        found: "\(row) at \(input)",
        permutation.indices.contains(Int(row)) && permutation[Int(row)] < 0)
      permutation[Int(row)] = input
    }
    return permutation
  }

  private func unpackedCodes(groups: [Group], outputs: Int) -> [UInt8] {
    let packed = BitColumns(rows: weight.count / columns, columns: columns, words: weight)
    let inputs = groups.reduce(0) { $0 + $1.rows.count }
    return [UInt8](unsafeUninitializedCapacity: inputs * outputs) { codes, count in
      var bit = 0
      for group in groups {
        for row in group.rows {
          let target = codes[row * outputs..<(row + 1) * outputs]
          packed.read(into: UnsafeMutableBufferPointer(rebasing: target), bits: group.bits, at: bit)
          bit += group.bits
        }
      }
      count = inputs * outputs
    }
  }

  private func unpackedScaleCodes(groups: Int, outputs: Int) -> [UInt8] {
    var codes: [UInt8] = []
    codes.reserveCapacity(groups * outputs)
    for group in 0..<groups {
      for column in 0..<outputs {
        let word = scale[(group * columns + column) / 8]
        codes.append(UInt8(word >> (4 * UInt32(column % 8)) & 15))
      }
    }
    return codes
  }
}
