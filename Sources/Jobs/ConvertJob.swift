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
  package var model: Model
  package var rows: CalibrationRows
  /// The option of every linear layer, by name.
  package var options: [String: QParams]
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

  /// Converts the whole model; a unit is a block, and the head. The sink gets every tensor that the
  /// format announces, once. The visitor gets every part of the quantized model, in the order they
  /// run. Where it alone matters, there need be no sink, and nothing is encoded.
  ///
  /// Throws `JobError.layerFailed` if a layer can't be quantized, and what reading and writing
  /// throw.
  package func run(
    into sink: (any TensorSink)?, visitor: ((QuantizedPart) throws -> Void)? = nil,
    observer: JobObserver
  ) throws {
    let arranged = Model(
      description: format.arranged(model.description), weights: model.weights)
    let runtime = Model(
      description: arranged.description, weights: format.runtimeWeights(model.weights))
    let blocks = arranged.description.blocks
    observer(.began(job: "Converting", units: blocks.count + 1, done: 0))
    if let sink { try format.writeUnquantized(of: arranged, to: sink) }

    var states = try HiddenStates(of: rows.rows, in: runtime)
    var census = ExpertCensus()
    for block in blocks {
      var loaded = try LoadedBlock(block, from: runtime.weights, length: rows.tokens)
      var errors: [Double] = []
      for index in block.sublayers.indices {
        let walk = try SublayerWalk(loaded, index, states: states)
        census.count(walk)
        states = try quantize(walk, of: &loaded, errors: &errors, into: sink)
        observer(
          .advanced(
            unit: block.name, fraction: Double(index + 1) / Double(block.sublayers.count)))
      }
      try states.checkFinite(after: block.name)
      try visitor?(.block(loaded))
      observer(.finishedUnit(block.name, note: note(errors)))
    }
    let error = try quantizeHead(
      of: runtime, states: states, into: sink, visitor: visitor)
    observer(.finishedUnit(arranged.description.head.name, note: note([error].compactMap(\.self))))
    if let remark = census.remark { observer(.warned(remark)) }
  }

  /// Quantizes all readers, then, on what these now put out, the writers, and returns the states
  /// behind the sublayer. Adds the layers' relative squared errors to `errors`.
  private func quantize(
    _ walk: SublayerWalk, of loaded: inout LoadedBlock, errors: inout [Double],
    into sink: (any TensorSink)?
  ) throws -> HiddenStates {
    var walk = walk
    let places = walk.sublayer.pathwaysByInput
    let branches = walk.sublayer.branches.indices
    let readersFallbacks = try branches.map { [loaded] in
      try ExpertFallback(.readers, of: $0, walk, loaded)
    }
    for together in places {
      let inputs = try inputs(
        of: .readers, together[0], walk, loaded,
        fallback: readersFallbacks[together[0].branch])
      errors += try quantize(
        together.flatMap { walk.sublayer[$0].readers }, of: &loaded, reading: inputs, into: sink)
    }
    let writersFallbacks = try branches.map { [loaded] in
      try ExpertFallback(.writer, of: $0, walk, loaded)
    }
    for place in places.flatMap({ $0 }) {
      let writer = walk.sublayer[place].writer
      // Running the readers again costs time, keeping what they led to costs memory.
      let keeps = walk.tokens(place) * writer.inputs <= Self.keptActivations
      var kept: [Matrix] = []
      let inputs = try inputs(
        of: .writer, place, walk, loaded, fallback: writersFallbacks[place.branch],
        then: { if keeps { kept += $0 } })
      errors += try quantize([writer], of: &loaded, reading: inputs, into: sink)
      let written = try parallelMap(walk.states.rows.count) { [walk, kept, loaded] row in
        loaded.output(
          of: writer,
          reading: keeps ? kept[row] : walk.input(row, of: .writer, place, of: loaded))
      }
      for (row, output) in written.enumerated() { walk.add(output, row: row, place) }
    }
    return try walk.finished(loaded)
  }

  private func quantize(
    _ linears: [Linear], of loaded: inout LoadedBlock, reading inputs: StageInputs,
    into sink: (any TensorSink)?
  ) throws -> [Double] {
    let factor = try inputs.hessian.factor(
      damping: damping ?? inputs.damping,
      keepsOrder: linears.contains(where: \.keepsInputOrder))
    let weights = linears.map { loaded.weights(of: $0) }
    let results = try parallelMap(linears.count) { index in
      try quantize(
        linears[index], weights: weights[index], factor: factor, sample: inputs.sample,
        into: sink)
    }
    for (linear, result) in zip(linears, results) {
      loaded.replaceWeights(of: linear, with: result.weights)
    }
    return results.compactMap(\.relativeError)
  }

  private func quantizeHead(
    of model: Model, states: HiddenStates, into sink: (any TensorSink)?,
    visitor: ((QuantizedPart) throws -> Void)?
  ) throws -> Double? {
    var head = try LoadedHead(of: model)
    var hessian = Hessian(inputs: head.linear.inputs)
    var sample: Matrix?
    for chunk in states.chunks {
      let inputs = try parallelMap(chunk.count) { [head] in
        head.normalized(states.rows[chunk.lowerBound + $0])
      }
      sample = sample ?? inputs.first
      hessian.add(Matrix.stacked(inputs))
    }
    let quantized = try quantize(
      head.linear, weights: head.weights, factor: hessian.factor(damping: damping),
      sample: sample ?? Matrix(rows: 0, columns: head.linear.inputs), into: sink)
    if let visitor {
      head.replaceWeights(with: quantized.weights)
      try visitor(.head(head))
    }
    return quantized.relativeError
  }

  /// What a writer reads is kept up to so many numbers, 1 GiB.
  private static let keptActivations = 1 << 28

  /// What a stage reads over all rows; `then` gets the activations, row by row.
  private func inputs(
    of side: SublayerWalk.Side, _ place: PathwayIndex, _ walk: SublayerWalk,
    _ loaded: LoadedBlock, fallback: ExpertFallback?, then: ([Matrix]) -> Void = { _ in }
  ) throws -> StageInputs {
    var sample: Matrix?
    let hessian = try walk.hessian(of: side, place, of: loaded) { inputs in
      sample = sample ?? inputs.first { $0.rows > 0 }
      then(inputs)
    }
    let isRouted = walk.selection(0, place).tokens != nil
    let completed = isRouted ? fallback?.completed(hessian) : nil
    return StageInputs(
      hessian: completed?.hessian ?? hessian, damping: completed?.damping,
      sample: sample ?? Matrix(rows: 0, columns: hessian.inputs))
  }

  private func quantize(
    _ linear: Linear, weights: Matrix, factor: HessianFactor, sample: Matrix,
    into sink: (any TensorSink)?
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
    if let sink {
      for tensor in try format.encode(result.matrix, of: linear) {
        try sink.write(tensor.description.name, tensor.bytes)
      }
    }
    let quantized = result.matrix.weights()
    let output = (sample * weights).squaredNorm
    return QuantizedLayer(
      weights: quantized,
      relativeError: output > 0 ? (sample * (quantized - weights)).squaredNorm / output : nil)
  }

  private func note(_ errors: [Double]) -> String {
    "error \((errors.reduce(0, +) / Double(max(errors.count, 1))).formatted(digits: 2))"
  }
}

/// A part of a model that has been quantized, as a runtime computes it.
package enum QuantizedPart: Sendable {
  case block(LoadedBlock)
  /// With the final norm. It comes last.
  case head(LoadedHead)
}

/// A layer after quantization.
private struct QuantizedLayer: Sendable {
  let weights: Matrix  // (in, out)
  /// On the sample; nil where that shows none, as of an expert that no token went to.
  let relativeError: Double?
}

/// What the layers of a stage read.
private struct StageInputs {
  let hessian: Hessian
  /// What suits a Hessian that was completed.
  let damping: Double?
  /// The activations of one row, (tokens, in), on which errors are shown as the job goes on.
  let sample: Matrix
}
