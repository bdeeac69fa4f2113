import Models
import Tensors

/// How an error in the output of a layer inside a block reaches the residual stream.
///
/// Errors of o and down are added to the stream as they are. Those of q, k, v, gate and up first go
/// through attention or the gate and then through o or down, which weakens some and not others.
/// What a layer's error does there under one option tells for all its options: to first order the
/// way is linear, and rounding errors of different widths differ in size more than in direction.
struct ErrorGain {
  private let loaded: LoadedBlock
  /// For some rows their way through every sublayer.
  private let passes: [[SublayerPass]]

  /// Runs some rows, given their states in front of the block, (tokens, hidden) each.
  init(_ loaded: LoadedBlock, states: [Matrix]) throws {
    self.loaded = loaded
    passes = try parallelMap(states.count) { row in
      var states = states[row]
      return loaded.block.sublayers.indices.map { index in
        let pass = loaded.pass(states, through: index)
        states += pass.written
        return pass
      }
    }
  }

  /// The squared error of the residual stream per squared error of the layer's output, if the
  /// layer's weights are replaced by what `quantized` returns; 1 for a layer that writes to the
  /// stream.
  func callAsFunction(of linear: Linear, quantized: () throws -> Matrix) throws -> Double {
    let sublayers = loaded.block.sublayers
    guard
      let index = sublayers.firstIndex(where: { $0.readers.contains(linear) }),
      let reader = sublayers[index].readers.firstIndex(of: linear)
    else { return 1 }
    var changed = loaded
    changed.replaceWeights(of: linear, with: try quantized())
    let norms = try parallelMap(passes.count) { [changed] row in
      let pass = passes[row][index]
      var outputs = pass.outputs
      outputs[reader] = changed.output(of: linear, reading: pass.input)
      let other = changed.finish(input: pass.input, outputs: outputs, in: index)
      return (
        reached: (other.written - pass.written).squaredNorm,
        made: (outputs[reader] - pass.outputs[reader]).squaredNorm
      )
    }
    let made = norms.reduce(0) { $0 + $1.made }
    return made > 0 ? norms.reduce(0) { $0 + $1.reached } / made : 1
  }
}
