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
  /// What may be used; nil for no limit.
  package var memory: MemoryPlan?

  package init(
    model: Model, rows: CalibrationRows, options: [String: QParams], format: any OutputFormat,
    damping: Double? = nil, memory: MemoryPlan? = nil
  ) {
    self.memory = memory
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
  /// `progress` is where an earlier run left off, which goes on there: what it wrote is in the sink.
  /// States are held in `place`; neither changes a byte of what comes out.
  ///
  /// Throws `JobError.layerFailed` if a layer can't be quantized, and what reading and writing
  /// throw.
  package func run(
    into sink: (any TensorSink)?, continuing progress: ConversionProgress? = nil,
    place: StatePlace = .memory, visitor: ((QuantizedPart) throws -> Void)? = nil,
    observer: JobObserver
  ) throws {
    let arranged = Model(
      description: format.arranged(model.description), weights: model.weights)
    let runtime = Model(
      description: arranged.description, weights: format.runtimeWeights(model.weights))
    let blocks = arranged.description.blocks
    let head = arranged.description.head
    let done = try progress?.begin(blocks.map(\.name), head: head.name, place: place)
    let finished = done?.units ?? 0
    observer(.began(job: "Converting", units: blocks.count + 1, done: finished))
    if let sink { try format.writeUnquantized(of: arranged, to: sink) }
    let sink: (any TensorSink)? = progress ?? sink

    var census = done?.census ?? ExpertCensus()
    if finished <= blocks.count {
      var states =
        try done?.states ?? HiddenStates(of: rows.rows, in: runtime, place: place)
      for (index, block) in blocks.enumerated().dropFirst(finished) {
        runtime.prefetch(afterBlock: index)
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
        try visitor?(.block(loaded))
        try runtime.weights.checkUnchanged()
        try progress?.finish(block.name, states: states, census: census)
        observer(.finishedUnit(block.name, note: note(errors)))
      }
      let error = try quantizeHead(
        of: runtime, states: states, into: sink, visitor: visitor)
      try runtime.weights.checkUnchanged()
      try progress?.finish(head.name, states: nil, census: census)
      observer(.finishedUnit(head.name, note: note([error].compactMap(\.self))))
    }
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
      let keeps = walk.tokens(place) * writer.inputs <= keptActivations
      var kept: [Matrix] = []
      let inputs = try inputs(
        of: .writer, place, walk, loaded, fallback: writersFallbacks[place.branch],
        then: { if keeps { kept += $0 } })
      errors += try quantize([writer], of: &loaded, reading: inputs, into: sink)
      for chunk in walk.states.chunks {
        let written = try parallelMap(chunk.count) { [walk, kept, loaded] offset in
          let row = chunk.lowerBound + offset
          return loaded.output(
            of: writer,
            reading: keeps ? kept[row] : try walk.input(row, of: .writer, place, of: loaded))
        }
        for (offset, output) in written.enumerated() {
          try walk.add(output, row: chunk.lowerBound + offset, place)
        }
      }
    }
    return try walk.finish(loaded)
  }

  private func quantize(
    _ linears: [Linear], of loaded: inout LoadedBlock, reading inputs: StageInputs,
    into sink: (any TensorSink)?
  ) throws -> [Double] {
    let factor = try inputs.hessian.factor(
      damping: damping ?? inputs.damping,
      keepsOrder: linears.contains(where: \.keepsInputOrder))
    let weights = linears.map { loaded.weights(of: $0) }
    let largest = weights.map(\.elements.count).max() ?? 0
    let results = try parallelMap(
      linears.count, atMost: memory?.optionsAtOnce(weights: largest) ?? .max
    ) { index in
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
        head.normalized(try states[chunk.lowerBound + $0])
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

  /// What a writer reads is kept up to so many numbers, 1 GiB, or what is left of the memory, and
  /// computed twice if it is more.
  private var keptActivations: Int {
    min(1 << 28, memory.map { ($0.limit - $0.peak) / MemoryLayout<Float>.size } ?? .max)
  }

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
