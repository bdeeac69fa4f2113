import Checkpoints
import Models
import Quantization

extension EXL2Layer {
  /// The tensors of a layer before it is quantized: their sizes follow from the option.
  static func tensors(of linear: Linear, option: QParams) throws -> [TensorDescription] {
    let shapes = try shapes(inputs: linear.inputs, outputs: linear.outputs, option: option)
    return Tensor.allCases.map {
      TensorDescription($0.name(in: linear), $0.type, shapes[$0]!)
    }
  }

  /// The tensors of a packed layer.
  func tensors(of linear: Linear) -> [StoredTensor] {
    let groups = scaleMaximum.count
    return [
      stored(.weight, of: linear, [weight.count / columns, columns], weight),
      stored(.scale, of: linear, [groups, columns / 8], scale),
      stored(.scaleMaximum, of: linear, [groups], scaleMaximum),
      stored(.groups, of: linear, [self.groups.count], self.groups),
      stored(.inversePermutation, of: linear, [inversePermutation.count], inversePermutation),
    ]
  }

  private func stored(
    _ tensor: Tensor, of linear: Linear, _ shape: [Int], _ elements: [some BitwiseCopyable]
  ) -> StoredTensor {
    StoredTensor(tensor.name(in: linear), tensor.type, shape, elements)
  }

  /// Reads a layer's tensors from a checkpoint.
  ///
  /// Throws `FormatError.damaged` if they don't fit each other or the layer.
  init(reading linear: Linear, from checkpoint: Checkpoint) throws {
    func tensor(_ tensor: Tensor) throws -> TensorView {
      let view = try checkpoint.tensor(tensor.name(in: linear))
      let dimensions = [.weight, .scale].contains(tensor) ? 2 : 1
      guard view.dtype.bitWidth == tensor.type.bitWidth, view.shape.count == dimensions else {
        throw FormatError.damaged(
          tensor: view.name, expected: "\(tensor.type.rawValue) of \(dimensions) dimensions",
          found: "\(view.dtype.rawValue) of shape \(view.shape)")
      }
      return view
    }
    let weight = try tensor(.weight)
    let inverse = try tensor(.inversePermutation).int32s()
    guard inverse.count == linear.inputs else {
      throw FormatError.damaged(
        tensor: Tensor.inversePermutation.name(in: linear),
        expected: "\(linear.inputs) elements, the inputs of the layer", found: "\(inverse.count)")
    }
    guard weight.shape[1] > 0 else {
      throw FormatError.damaged(
        tensor: weight.name, expected: "at least \(linear.outputs) columns", found: "none")
    }
    self.init(
      columns: weight.shape[1],
      weight: try weight.int32s().map { UInt32(bitPattern: $0) },
      scale: try tensor(.scale).int32s().map { UInt32(bitPattern: $0) },
      scaleMaximum: try tensor(.scaleMaximum).uint16s(),
      groups: try tensor(.groups).uint16s(),
      inversePermutation: inverse)
  }
}

extension EXL2Layer.Tensor {
  func name(in linear: Linear) -> String { "\(linear.name).\(rawValue)" }

  fileprivate var type: TensorType {
    switch self {
    case .weight, .scale, .inversePermutation: .i32
    case .scaleMaximum: .f16
    case .groups: .i16
    }
  }
}
