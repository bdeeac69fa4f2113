import Formats
import Foundation
import Jobs
import Models
import Quantization
import Tensors

/// What every linear layer of a model reads, row by row, while nothing is quantized.
struct CapturedInputs {
  /// By layer name, a matrix (tokens, in) per row.
  private(set) var inputs: [String: [Matrix]] = [:]
  /// The states behind the sublayer of every layer in a block, (tokens, hidden).
  private(set) var residuals: [String: [Matrix]] = [:]
  /// The states in front of every sublayer, by block and sublayer.
  private(set) var states: [[[Matrix]]] = []

  init(_ model: Model, rows: [[Int32]]) throws {
    var states = try rows.map(model.embeddings)
    let length = rows.map(\.count).max() ?? 0
    for block in model.description.blocks {
      let loaded = try LoadedBlock(block, from: model.weights, length: length)
      self.states.append([])
      for (index, sublayer) in block.sublayers.enumerated() {
        self.states[block.index].append(states)
        let pathway = sublayer.only
        let read = states.map { loaded.readersInput($0, in: index) }
        let mixed = states.map { loaded.writerInput($0, in: index) }
        for row in states.indices {
          states[row] += loaded.output(of: pathway.writer, reading: mixed[row])
        }
        for reader in pathway.readers { inputs[reader.name] = read }
        inputs[pathway.writer.name] = mixed
        for linear in pathway.linears { residuals[linear.name] = states }
      }
    }
    let head = try LoadedHead(of: model)
    inputs[head.linear.name] = states.map(head.normalized)
  }

  func factor(of linear: Linear) throws -> HessianFactor {
    try hessian(of: inputs[linear.name]!).factor()
  }
}

/// Of sublayers that are one pathway for all tokens, as Llama's are.
extension Sublayer {
  static let first = PathwayIndex(branch: 0, pathway: 0)

  var only: Pathway { self[Self.first] }
}

extension LoadedBlock {
  func readersInput(_ states: Matrix, in sublayer: Int) -> Matrix {
    input(states, of: Sublayer.first, in: sublayer, for: .all)
  }

  func writerInput(_ states: Matrix, in sublayer: Int) -> Matrix {
    writerInput(states, of: Sublayer.first, in: sublayer, for: .all)
  }
}

func hessian(of activations: [Matrix]) -> Hessian {
  var hessian = Hessian(inputs: activations[0].columns)
  hessian.add(Matrix.stacked(activations))
  return hessian
}

/// `ConvertJob` written plainly: the quantized layers, by name.
func plainConversion(
  of model: Model, rows: [[Int32]], options: [String: QParams], format: any OutputFormat
) throws -> [String: QuantizedMatrix] {
  var result: [String: QuantizedMatrix] = [:]
  func quantize(_ linear: Linear, _ weights: Matrix, reading activations: [Matrix]) throws -> Matrix
  {
    let factor = try hessian(of: activations).factor()
    let matrix = try gptq(weights, factor: factor, option: options[linear.name]!).matrix
    result[linear.name] = matrix
    return matrix.weights()
  }

  let runtime = Model(
    description: model.description, weights: format.runtimeWeights(model.weights))
  var states = try rows.map(runtime.embeddings)
  for block in runtime.description.blocks {
    var loaded = try LoadedBlock(block, from: runtime.weights, length: rows[0].count)
    for (index, sublayer) in block.sublayers.enumerated() {
      let pathway = sublayer.only
      let read = states.map { loaded.readersInput($0, in: index) }
      for reader in pathway.readers {
        let weights = try quantize(reader, loaded.weights(of: reader), reading: read)
        loaded.replaceWeights(of: reader, with: weights)
      }
      let mixed = states.map { loaded.writerInput($0, in: index) }
      let weights = try quantize(
        pathway.writer, loaded.weights(of: pathway.writer), reading: mixed)
      loaded.replaceWeights(of: pathway.writer, with: weights)
      for row in states.indices {
        states[row] += loaded.output(of: pathway.writer, reading: mixed[row])
      }
    }
  }
  let head = try LoadedHead(of: runtime)
  _ = try quantize(head.linear, head.weights, reading: states.map(head.normalized))
  return result
}

/// `‖X W + b‖²` in double precision, and how far from it arithmetic in floats may be.
///
/// A sum of `in` products and a bias is off by as many roundings of the sum of the magnitudes, which
/// over the whole output is at most `‖X‖ ‖W‖` and the biases. An error E of the output changes its
/// squared norm by up to `2 ‖Y‖ ‖E‖ + ‖E‖²`; summing squares takes 81 roundings, storing one.
func outputNorm(
  _ x: Matrix, _ w: Matrix, bias: [Float]? = nil, centered: Bool = false
) -> (norm: Double, bound: Double) {
  let weights = w.elements.map(Double.init)
  let bias = (bias ?? [Float](repeating: 0, count: w.columns)).map(Double.init)
  var (norm, whole) = (0.0, 0.0)
  for token in 0..<x.rows {
    var output = bias
    for (input, value) in x.row(token).enumerated() {
      let start = input * w.columns
      for column in 0..<w.columns { output[column] += Double(value) * weights[start + column] }
    }
    whole += output.reduce(0) { $0 + $1 * $1 }
    let mean = centered ? output.reduce(0, +) / Double(w.columns) : 0
    norm += output.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
  let biases = Double(x.rows) * bias.reduce(0) { $0 + $1 * $1 }
  let magnitude = (x.squaredNorm * w.squaredNorm).squareRoot() + biases.squareRoot()
  let unit = Double(Float.ulpOfOne) / 2
  let error = Double(w.rows + 1) * unit * magnitude
  let sums = (centered ? 3 : 1) * 82 * unit * whole
  return (norm, 2 * whole.squareRoot() * error + error * error + sums)
}
