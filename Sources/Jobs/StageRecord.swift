import Models
import Quantization
import Tensors

/// What the layers of one stage read and wrote over all rows.
struct StageRecord: Sendable {
  let linears: [Linear]
  var hessian: Hessian
  /// The sketched inputs of all rows, one row's below the other's.
  private(set) var sketch: Matrix
  /// Where each row's are.
  private(set) var sketchRanges: [Range<Int>] = []
  /// Whether any row's is less than the row's inputs.
  private(set) var isSketched = false
  /// The squared norm of every layer's output, per row.
  private(set) var outputNorms: [[Double]]

  init(_ linears: [Linear]) {
    self.linears = linears
    hessian = Hessian(inputs: linears[0].inputs)
    sketch = Matrix(rows: 0, columns: linears[0].inputs)
    outputNorms = linears.map { _ in [] }
  }

  /// Adds some rows, whose sketches are given.
  mutating func add(_ passes: [StagePass], sketches: [RowSketch]) {
    hessian.add(Matrix.stacked(passes.map(\.input)))
    let combined = zip(passes, sketches).map { $1($0.input, tokens: $0.tokens) }
    for (pass, part) in zip(passes, combined) {
      let start = sketchRanges.last?.upperBound ?? 0
      sketchRanges.append(start..<start + part.rows)
      isSketched = isSketched || part.rows < pass.input.rows
      for (index, norm) in pass.outputNorms.enumerated() { outputNorms[index].append(norm) }
    }
    sketch = Matrix.stacked([sketch] + combined)
  }

  /// Average tokens of other experts in the Hessian.
  private(set) var borrowed = 0
  /// Tokens of its own, by which errors count. One that saw none counts as if it had seen one: the
  /// next text may send some.
  var ownTokens: Int { max(hessian.tokens - borrowed, 1) }

  /// What suits a Hessian that was completed.
  private(set) var damping: Double?

  /// Lets an expert's layers, whose weights are given, borrow what they lack.
  mutating func complete(by fallback: ExpertFallback, weights: [Matrix]) {
    guard let completed = fallback.completed(hessian) else { return }
    (hessian, borrowed, damping) = completed
    guard hessian.tokens == borrowed else { return }
    for (layer, weights) in weights.enumerated() {
      let share = fallback.outputNorm(of: weights) / Double(outputNorms[layer].count)
      outputNorms[layer] = outputNorms[layer].map { _ in share }
    }
  }
}

/// What one stage read and wrote over one row.
struct StagePass: Sendable {
  let input: Matrix  // (tokens, in)
  /// Which of the row's tokens these are; nil for all.
  let tokens: [Int]?
  let outputNorms: [Double]

  /// The readers of one or more pathways with the same input. Tokens count with their shares.
  init(readersOf passes: [PathwayPass]) {
    let selection = passes[0].selection
    var input = passes[0].input
    var outputs = passes.flatMap(\.outputs)
    if let shares = selection.shares {
      input.scaleRows(by: shares)
      for index in outputs.indices { outputs[index].scaleRows(by: shares) }
    }
    self.input = input
    tokens = selection.tokens
    outputNorms = outputs.map(\.squaredNorm)
  }

  init(writerOf pass: PathwayPass) {
    input = pass.mixed
    tokens = pass.selection.tokens
    outputNorms = [pass.written.squaredNorm]
  }

  init(input: Matrix, outputNorms: [Double]) {
    (self.input, self.outputNorms) = (input, outputNorms)
    tokens = nil
  }
}

/// The head over one row.
struct HeadPass: Sendable {
  let stage: StagePass
  /// The squared norm of the logits without what they have in common.
  let centeredNorm: Double

  /// Logits are made a few tokens at a time: vocabularies are large.
  init(_ head: LoadedHead, states: Matrix) {
    let input = head.normalized(states)
    var (norm, centered) = (0.0, 0.0)
    for start in stride(from: 0, to: input.rows, by: LoadedHead.tokensAtOnce) {
      let tokens = start..<min(start + LoadedHead.tokensAtOnce, input.rows)
      let logits = head.output(reading: input.rows(tokens))
      norm += logits.squaredNorm
      centered += logits.centeredSquaredNorm
    }
    stage = StagePass(input: input, outputNorms: [norm])
    centeredNorm = centered
  }
}
