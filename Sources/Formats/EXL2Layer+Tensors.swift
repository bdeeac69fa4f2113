import Checkpoints
import Models
import Quantization

extension EXL2Layer {
  /// The tensors of a layer before it is quantized: their sizes follow from the option.
  static func tensors(of linear: Linear, option: QParams) throws -> [TensorDescription] {
    let shapes = try shapes(inputs: linear.inputs, outputs: linear.outputs, option: option)
    return [
      TensorDescription("\(linear.name).q_weight", .i32, shapes.weight),
      TensorDescription("\(linear.name).q_scale", .i32, shapes.scale),
      TensorDescription("\(linear.name).q_scale_max", .f16, shapes.scaleMax),
      TensorDescription("\(linear.name).q_groups", .i16, shapes.groups),
      TensorDescription("\(linear.name).q_invperm", .i32, shapes.inversePermutation),
    ]
  }
}
