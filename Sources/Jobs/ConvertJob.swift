import Checkpoints
import Formats
import Foundation
import Models
import Quantization
import Tensors

/// Quantizes a model block by block, and writes what its format stores.
///
/// Layers are calibrated on what the quantized model computes up to them, not on what the original
/// would: each can so make up for some of the errors before it.
package struct ConvertJob {
  /// The original.
  package var model: Model
  /// What layers are calibrated on, all rows in memory as hidden states.
  package var rows: CalibrationRows
  /// The option of every linear layer, by name.
  package var options: [String: QParams]
  /// What the quantized layers and the rest are written in.
  package var format: any OutputFormat
  /// As in `MeasureSettings`.
  package var damping: Double?

  package init(
    model: Model, rows: CalibrationRows, options: [String: QParams], format: any OutputFormat,
    damping: Double? = nil
  ) {
    self.model = model
    self.rows = rows
    self.options = options
    self.format = format
    self.damping = damping
  }

  /// Writes every tensor of the converted model; `sink` is left to be finished.
  ///
  /// Works through the blocks in order, with the weights of one in memory at a time. Throws
  /// `JobError` for a layer without an option or one that can't be quantized, `ModelError.notFinite`
  /// when arithmetic overflows, and what the sink throws.
  package func run(
    into sink: any TensorSink, observer: JobObserver
  ) throws {
    let runtime = Model(
      description: model.description, weights: format.runtimeWeights(model.weights))
    let blocks = model.description.blocks
    observer(.began(job: "Converting", units: blocks.count + 1, done: 0))
    try format.writeUnquantized(of: model, to: sink)

    var states = try HiddenStates(of: rows.rows, in: runtime)
    for block in blocks {
      var loaded = try LoadedBlock(block, from: runtime.weights, length: rows.tokens)
      var errors: [Double] = []
      for index in block.sublayers.indices {
        errors += try quantize(
          block.sublayers[index], index, of: &loaded, states: &states, into: sink)
        observer(
          .advanced(
            unit: block.name, fraction: Double(index + 1) / Double(block.sublayers.count)))
      }
      try states.checkFinite(after: block.name)
      observer(.finishedUnit(block.name, note: note(errors)))
    }
    let error = try quantizeHead(of: runtime, states: states, into: sink)
    observer(.finishedUnit(model.description.head.name, note: note([error])))
  }

  /// Quantizes the readers, then, on what they now put out, the writer, and moves the states past
  /// the sublayer. Returns the layers' relative squared errors.
  private func quantize(
    _ sublayer: Sublayer, _ index: Int, of loaded: inout LoadedBlock, states: inout HiddenStates,
    into sink: any TensorSink
  ) throws -> [Double] {
    let readersInputs = try inputs(
      of: sublayer.readers[0], states: states,
      reading: { [loaded] in
        loaded.normalized($0, in: index)
      })
    var errors = try quantize(
      sublayer.readers, of: &loaded, reading: readersInputs, into: sink)

    // Running the readers again costs time, keeping what they led to costs memory.
    let keeps = states.tokens * sublayer.writer.inputs <= Self.keptActivations
    var kept: [Matrix] = []
    let writerInputs = try inputs(
      of: sublayer.writer, states: states,
      reading: { [loaded] in loaded.writerInput($0, in: index) },
      then: { if keeps { kept += $0 } })
    errors += try quantize([sublayer.writer], of: &loaded, reading: writerInputs, into: sink)

    let (before, mixed, quantized) = (states.rows, kept, loaded)
    states.rows = try parallelMap(before.count) { row in
      let input = keeps ? mixed[row] : quantized.writerInput(before[row], in: index)
      var after = quantized.output(of: sublayer.writer, reading: input)
      after += before[row]
      return after
    }
    return errors
  }

  private func quantize(
    _ linears: [Linear], of loaded: inout LoadedBlock, reading inputs: StageInputs,
    into sink: any TensorSink
  ) throws -> [Double] {
    let factor = try inputs.hessian.factor(damping: damping)
    let weights = linears.map { loaded.weights(of: $0) }
    let results = try parallelMap(linears.count) { index in
      try quantize(
        linears[index], weights: weights[index], factor: factor, sample: inputs.sample,
        into: sink)
    }
    for (linear, result) in zip(linears, results) {
      loaded.replaceWeights(of: linear, with: result.weights)
    }
    return results.map(\.relativeError)
  }

  private func quantizeHead(
    of model: Model, states: HiddenStates, into sink: any TensorSink
  ) throws -> Double {
    let head = try LoadedHead(of: model)
    let inputs = try inputs(
      of: head.linear, states: states, reading: { head.normalized($0) })
    return try quantize(
      head.linear, weights: head.weights, factor: inputs.hessian.factor(damping: damping),
      sample: inputs.sample, into: sink
    ).relativeError
  }

  /// What a writer reads is kept up to so many numbers, 1 GiB.
  private static let keptActivations = 1 << 28

  /// What a stage reads over all rows; `then` gets the activations, row by row.
  private func inputs(
    of linear: Linear, states: HiddenStates, reading: @Sendable (Matrix) -> Matrix,
    then: ([Matrix]) -> Void = { _ in }
  ) throws -> StageInputs {
    var hessian = Hessian(inputs: linear.inputs)
    var sample: Matrix?
    for chunk in states.chunks {
      let activations = try parallelMap(chunk.count) {
        reading(states.rows[chunk.lowerBound + $0])
      }
      sample = sample ?? activations[0]
      hessian.add(Matrix.stacked(activations))
      then(activations)
    }
    return StageInputs(
      hessian: hessian, sample: sample ?? Matrix(rows: 0, columns: linear.inputs))
  }

  private func quantize(
    _ linear: Linear, weights: Matrix, factor: HessianFactor, sample: Matrix,
    into sink: any TensorSink
  ) throws -> QuantizedLayer {
    guard let option = options[linear.name] else {
      throw JobError.layerWithoutAllocation(layer: linear.name)
    }
    let result: GPTQResult
    do {
      result = try gptq(weights, factor: factor, option: option)
    } catch {
      throw JobError.layerFailed(layer: linear.name, reason: error.localizedDescription)
    }
    for tensor in try format.encode(result.matrix, of: linear) {
      try sink.write(tensor.description.name, tensor.bytes)
    }
    let quantized = result.matrix.weights()
    let output = (sample * weights).squaredNorm
    return QuantizedLayer(
      weights: quantized,
      relativeError: output > 0 ? (sample * (quantized - weights)).squaredNorm / output : 0)
  }

  private func note(_ errors: [Double]) -> String {
    "error \((errors.reduce(0, +) / Double(max(errors.count, 1))).formatted(digits: 2))"
  }
}

/// A layer after quantization.
private struct QuantizedLayer: Sendable {
  let weights: Matrix  // (in, out)
  let relativeError: Double
}

/// What the layers of a stage read.
private struct StageInputs {
  let hessian: Hessian
  /// The activations of one row, (tokens, in), on which errors are shown as the job goes on.
  let sample: Matrix
}
