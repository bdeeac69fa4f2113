import Quantization

/// One quantized layer as an EXL2 checkpoint stores it, tensor by tensor.
///
/// The format is what exllamav2 0.3.2 writes and loads. With K inputs, N outputs padded to a
/// multiple of 32, G groups, and Q the words of all groups in one column:
///
/// - "q_weight", I32 (Q, N): codes of the packed rows, one bit stream per column (`BitColumns`),
///   beginning on a new word in each group
/// - "q_scale", I32 (G, N/8): scale codes, nibbles along the columns, the first one lowest
/// - "q_scale_max", F16 (G): the groups' maxima
/// - "q_groups", I16 (2 G): width and first row of "q_weight" of each group
/// - "q_invperm", I32 (K): the packed row of each input feature
///
/// Padding columns hold the code of zero and scale code 0.
package struct EXL2Layer: Equatable, Sendable {
  package let columns: Int  // N
  package let weight: [UInt32]  // (Q, N)
  package let scale: [UInt32]  // (G, N/8)
  package let scaleMaximum: [UInt16]  // (G), binary16
  package let groups: [UInt16]  // (2 G)
  package let inversePermutation: [Int32]  // (K)

  /// The tensors of a file, unchecked until they are unpacked; `columns` is the width of "q_weight".
  package init(
    columns: Int, weight: [UInt32], scale: [UInt32], scaleMaximum: [UInt16], groups: [UInt16],
    inversePermutation: [Int32]
  ) {
    self.columns = columns
    self.weight = weight
    self.scale = scale
    self.scaleMaximum = scaleMaximum
    self.groups = groups
    self.inversePermutation = inversePermutation
  }
}

// MARK: - Names and shapes

extension EXL2Layer {
  /// The tensors of a layer, in the order in which files have them.
  package enum Tensor: String, CaseIterable, Sendable {
    case weight = "q_weight"
    case scale = "q_scale"
    case scaleMaximum = "q_scale_max"
    case groups = "q_groups"
    case inversePermutation = "q_invperm"
  }

  /// The shapes of a layer's tensors before it is quantized, so that a file can be laid out.
  package static func shapes(
    inputs: Int, outputs: Int, option: QParams
  ) throws -> [Tensor: [Int]] {
    let groups = try option.groups(inputs: inputs)
    let columns = QParams.paddedOutputs(outputs)
    return [
      .weight: [groups.reduce(0) { $0 + $1.words }, columns],
      .scale: [groups.count, columns / 8],
      .scaleMaximum: [groups.count],
      .groups: [2 * groups.count],
      .inversePermutation: [inputs],
    ]
  }
}
