import CKernels
import Tensors

/// A quantized layer, before it is packed into a file's words.
///
/// Rows are in packed order: row `i` holds the weights of input feature `permutation[i]`.
package struct QuantizedMatrix: Equatable, Sendable {
  package let permutation: [Int]  // (in)
  package let groups: [Group]  // covering 0..<in, widths never increasing
  /// Outputs of the layer, without the padding of files.
  package let outputs: Int
  package let codes: [UInt8]  // (in, out)
  package let scaleCodes: [UInt8]  // (groups, out), 0 … 15
  package let scaleMaxima: [UInt16]  // (groups), binary16

  package init(
    permutation: [Int], groups: [Group], outputs: Int, codes: [UInt8], scaleCodes: [UInt8],
    scaleMaxima: [UInt16]
  ) {
    precondition(codes.count == permutation.count * outputs, "codes don't fill the matrix")
    precondition(scaleCodes.count == groups.count * outputs && scaleMaxima.count == groups.count)
    self.permutation = permutation
    self.groups = groups
    self.outputs = outputs
    self.codes = codes
    self.scaleCodes = scaleCodes
    self.scaleMaxima = scaleMaxima
  }

  /// Input features of the layer.
  package var inputs: Int { permutation.count }

  /// The scales of one group's columns, (out).
  package func scales(ofGroup index: Int) -> [Float] {
    GroupScales(
      maximum: scaleMaxima[index],
      codes: Array(scaleCodes[index * outputs..<(index + 1) * outputs])
    ).values
  }

  /// The weights that the codes stand for, (in, out), inputs in their natural order; every one is a
  /// binary16 number.
  package func weights() -> Matrix {
    Matrix(rows: inputs, columns: outputs) { target in
      guard outputs > 0 else { return }
      for (index, group) in groups.enumerated() {
        let scales = scales(ofGroup: index)
        let zero = Float(EXL2Grid(bits: group.bits).zero)
        codes.withUnsafeBufferPointer { codes in
          for row in group.rows {
            ck_exl2_weights(
              target.baseAddress! + permutation[row] * outputs,
              codes.baseAddress! + row * outputs, scales, zero, outputs)
          }
        }
      }
    }
  }
}
