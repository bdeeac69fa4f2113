import Checkpoints
import Models
import Quantization
import Tensors

/// The weights of an EXL2 checkpoint, decoded as the runtime expands them. A layer that is stored
/// as plain floats is read as it is, as the runtime does.
struct EXL2Weights: WeightSource {
  private let checkpoint: Checkpoint
  private let plain: CheckpointWeights

  init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
    plain = CheckpointWeights(checkpoint)
  }

  func weights(of linear: Linear) throws -> Matrix {
    guard checkpoint.contains("\(linear.name).q_weight") else {
      let alone = Linear(linear.name, in: linear.inputs, out: linear.outputs)
      return try plain.weights(of: checkpoint.contains(alone.weight.tensor) ? alone : linear)
    }
    do {
      return try EXL2Layer(reading: linear, from: checkpoint)
        .unpacked(outputs: linear.outputs).weights()
    } catch let error as EXL2Error {
      throw FormatError.damaged(
        tensor: "\(linear.name).\(error.tensor)", expected: error.expected, found: error.found)
    }
  }

  func bias(of linear: Linear) throws -> [Float]? {
    guard linear.hasBias else { return nil }
    return try plain.floats(EXL2Format.biasName(of: linear), shape: [linear.outputs])
  }

  func floats(_ tensor: String, shape: [Int]) throws -> [Float] {
    try plain.floats(tensor, shape: shape)
  }

  func embeddings(of tokens: [Int32], in tensor: String, width: Int) throws -> Matrix {
    try plain.embeddings(of: tokens, in: tensor, width: width)
  }
}
