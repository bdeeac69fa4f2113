import Quantization
import Tensors

extension EXL2Layer {
  /// Lays a quantized layer out in the tensors of a file.
  package init(packing matrix: QuantizedMatrix) {
    let columns = QParams.paddedOutputs(matrix.outputs)
    self.columns = columns
    weight = Self.packedCodes(of: matrix, columns: columns)
    scale = Self.packedScaleCodes(of: matrix, columns: columns)
    scaleMaximum = matrix.scaleMaxima
    var word = 0
    groups = matrix.groups.flatMap { group in
      defer { word += group.words }
      return [UInt16(group.bits), UInt16(word)]
    }
    var inverse = [Int32](repeating: 0, count: matrix.inputs)
    for (row, input) in matrix.permutation.enumerated() { inverse[input] = Int32(row) }
    inversePermutation = inverse
  }

  private static func packedCodes(of matrix: QuantizedMatrix, columns: Int) -> [UInt32] {
    var packed = BitColumns(
      rows: matrix.groups.reduce(0) { $0 + $1.words }, columns: columns)
    var bit = 0
    for group in matrix.groups {
      var codes = [UInt8](repeating: UInt8(EXL2Grid(bits: group.bits).zero), count: columns)
      for row in group.rows {
        let start = row * matrix.outputs
        codes.replaceSubrange(
          0..<matrix.outputs, with: matrix.codes[start..<start + matrix.outputs])
        packed.write(codes, bits: group.bits, at: bit)
        bit += group.bits
      }
    }
    return packed.words
  }

  private static func packedScaleCodes(of matrix: QuantizedMatrix, columns: Int) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: matrix.groups.count * columns / 8)
    for group in matrix.groups.indices {
      for column in 0..<matrix.outputs {
        let code = UInt32(matrix.scaleCodes[group * matrix.outputs + column])
        words[(group * columns + column) / 8] |= code << (4 * UInt32(column % 8))
      }
    }
    return words
  }
}
