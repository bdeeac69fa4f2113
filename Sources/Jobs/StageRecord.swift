import Models
import Quantization
import Tensors

/// What the layers of one stage read and wrote over all rows.
struct StageRecord: Sendable {
  let linears: [Linear]
  private(set) var hessian: Hessian
  /// The sketched inputs of every row, (size, in).
  private(set) var sketches: [Matrix] = []
  /// The squared norm of every layer's output, per row.
  private(set) var outputNorms: [[Float]]
  /// As `MeasuredLayer.residual`, per row.
  private(set) var residualNorms: [Float] = []

  init(_ linears: [Linear]) {
    self.linears = linears
    hessian = Hessian(inputs: linears[0].inputs)
    outputNorms = linears.map { _ in [] }
  }

  /// Adds some rows, whose sketches are given.
  mutating func add(_ passes: [StagePass], sketches: [RowSketch]) {
    hessian.add(Matrix.stacked(passes.map(\.input)))
    for (pass, sketch) in zip(passes, sketches) {
      self.sketches.append(sketch(pass.input))
      for (index, norm) in pass.outputNorms.enumerated() { outputNorms[index].append(norm) }
      residualNorms.append(pass.residualNorm)
    }
  }
}

/// What one stage read and wrote over one row.
struct StagePass: Sendable {
  let input: Matrix  // (tokens, in)
  let outputNorms: [Float]
  let residualNorm: Float

  init(input: Matrix, outputs: [Matrix], residual: Matrix) {
    self.input = input
    outputNorms = outputs.map { Float($0.squaredNorm) }
    residualNorm = Float(residual.squaredNorm)
  }

  /// The head over one row. Logits are made a few tokens at a time: vocabularies are large.
  init(_ head: LoadedHead, states: Matrix) {
    input = head.normalized(states)
    var (norm, centered) = (0.0, 0.0)
    for start in stride(from: 0, to: input.rows, by: LoadedHead.tokensAtOnce) {
      let tokens = start..<min(start + LoadedHead.tokensAtOnce, input.rows)
      let logits = head.logits(reading: input.rows(tokens))
      norm += logits.squaredNorm
      centered += logits.centeredSquaredNorm
    }
    outputNorms = [Float(norm)]
    residualNorm = Float(centered)
  }
}

/// One row's way through a block.
struct RowPass: Sendable {
  /// The hidden states behind the block.
  let states: Matrix
  /// In the order of the block's stages.
  let stages: [StagePass]

  init(_ loaded: LoadedBlock, states: Matrix) {
    var states = states
    var stages: [StagePass] = []
    for index in loaded.block.sublayers.indices {
      let pass = loaded.pass(states, through: index)
      states += pass.written
      stages.append(StagePass(input: pass.input, outputs: pass.outputs, residual: states))
      stages.append(StagePass(input: pass.mixed, outputs: [pass.written], residual: states))
    }
    self.states = states
    self.stages = stages
  }
}
