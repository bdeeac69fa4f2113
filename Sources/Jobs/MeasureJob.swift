import BitAllocation
import Foundation
import Models
import Quantization
import Tensors

/// Quantizes every linear layer of a model under every option of a menu, and records what each
/// costs and loses.
///
/// The hidden states stay those of the full-precision model, so that a layer's errors say nothing
/// about other layers' options.
package struct MeasureJob {
  /// The original.
  package var model: Model
  /// The checkpoint's, for the record.
  package var fingerprint: String
  /// What the model runs on; errors are recorded for each row.
  package var rows: CalibrationRows
  /// The options that every layer is quantized under.
  package var menu: OptionMenu
  /// The menu's file name, for the record.
  package var menuName: String
  /// How layers are quantized and their errors estimated.
  package var settings: MeasureSettings

  package init(
    model: Model, fingerprint: String, rows: CalibrationRows, menu: OptionMenu,
    menuName: String, settings: MeasureSettings = MeasureSettings()
  ) {
    self.model = model
    self.fingerprint = fingerprint
    self.rows = rows
    self.menu = menu
    self.menuName = menuName
    self.settings = settings
  }

  /// The part of a block's time that goes into running text through it, roughly.
  private static let observingShare = 0.2

  /// Measures block by block, then the head.
  ///
  /// The time goes into one GPTQ per layer and option; in memory are the weights of one block and the
  /// hidden states of all rows. Throws `FormatError` when the menu's format can't hold the model,
  /// `JobError.layerFailed`, and `ModelError.notFinite` when arithmetic overflows.
  package func run(observer: JobObserver) throws -> BitAllocation.Measurement {
    try menu.check(model.description)
    let blocks = model.description.blocks
    observer(.began(job: "Measuring", units: blocks.count + 1, done: 0))

    let sketches = rows.rows.indices.map {
      RowSketch(size: settings.sketch, tokens: rows.tokens, seed: rows.seed, row: $0)
    }
    var states = try HiddenStates(of: rows.rows, in: model)
    var layers: [MeasuredLayer] = []
    for block in blocks {
      let loaded = try LoadedBlock(block, from: model.weights, length: rows.tokens)
      let gain = try ErrorGain(loaded, states: gainRows.map { states.rows[$0] })
      let stages = try observe(loaded, states: &states, sketches: sketches) {
        observer(.advanced(unit: block.name, fraction: Self.observingShare * $0))
      }
      for (index, stage) in stages.enumerated() {
        layers += try measure(
          stage, block: block.index, weights: loaded.weights, gain: gain.callAsFunction)
        observer(
          .advanced(
            unit: block.name,
            fraction: Self.observingShare
              + (1 - Self.observingShare) * Double(index + 1) / Double(stages.count)))
      }
      observer(.finishedUnit(block.name, note: summary(layers.suffix(block.linears.count))))
    }
    observer(.advanced(unit: model.description.head.name, fraction: 0))
    layers += try measureHead(states: states, sketches: sketches)
    observer(.finishedUnit(model.description.head.name, note: summary(layers.suffix(1))))

    return BitAllocation.Measurement(
      model: .init(
        architecture: model.description.architecture, blocks: blocks.count,
        weights: layers.reduce(0) { $0 + $1.weights }, fingerprint: fingerprint),
      calibration: rows.description,
      settings: settings.description(menu: menuName),
      layers: layers)
  }

  /// Runs the block on all rows, replaces the states by its outputs, and returns what its stages
  /// read and wrote.
  private func observe(
    _ loaded: LoadedBlock, states: inout HiddenStates, sketches: [RowSketch],
    progress: (Double) -> Void
  ) throws -> [StageRecord] {
    var records = loaded.block.stages.map(StageRecord.init)
    for chunk in states.chunks {
      let input = states.rows
      let passes = try parallelMap(chunk.count) {
        RowPass(loaded, states: input[chunk.lowerBound + $0])
      }
      for (index, pass) in passes.enumerated() {
        states.rows[chunk.lowerBound + index] = pass.states
      }
      for index in records.indices {
        records[index].add(
          passes.map { $0.stages[index] }, sketches: Array(sketches[chunk]))
      }
      progress(Double(chunk.upperBound) / Double(states.rows.count))
    }
    try states.checkFinite(after: loaded.block.name)
    return records
  }

  private func measureHead(
    states: HiddenStates, sketches: [RowSketch]
  ) throws -> [MeasuredLayer] {
    let head = try LoadedHead(of: model)
    var record = StageRecord([head.linear])
    for chunk in states.chunks {
      let passes = try parallelMap(chunk.count) {
        StagePass(head, states: states.rows[chunk.lowerBound + $0])
      }
      record.add(passes, sketches: Array(sketches[chunk]))
    }
    return try measure(record, block: nil, weights: { _ in head.weights }, gain: { _, _ in 1 })
  }

  /// Rows that show how errors travel: a few, spread over the texts, are enough for one number per
  /// layer.
  private var gainRows: [Int] {
    let count = min(8, rows.rows.count)
    return (0..<count).map { (2 * $0 + 1) * rows.rows.count / (2 * count) }
  }

  /// Quantizes the layers of a stage under every option.
  private func measure(
    _ stage: StageRecord, block: Int?, weights: (Linear) -> Matrix,
    gain: (Linear, () throws -> Matrix) throws -> Double
  ) throws -> [MeasuredLayer] {
    let factor = try stage.hessian.factor(damping: settings.damping)
    let sketch = Matrix.stacked(stage.sketches)
    let originals = stage.linears.map(weights)
    let perLayer = menu.options.count
    let measured = try parallelMap(originals.count * perLayer) { index in
      let linear = stage.linears[index / perLayer]
      do {
        return try measure(
          linear, menu.options[index % perLayer], weights: originals[index / perLayer],
          factor: factor, sketch: sketch)
      } catch {
        throw JobError.layerFailed(layer: linear.name, reason: error.localizedDescription)
      }
    }
    return try stage.linears.enumerated().map { index, linear in
      let options = Array(measured[index * perLayer..<(index + 1) * perLayer])
      let gain = try gain(linear) {
        let anchor = menu.options[options.indexNearest(to: 4, weights: linear.weightCount)]
        return try gptq(originals[index], factor: factor, option: anchor).matrix.weights()
      }
      return MeasuredLayer(
        name: linear.name, block: block, role: linear.role, inputs: linear.inputs,
        outputs: linear.outputs, reference: stage.outputNorms[index],
        residual: stage.residualNorms, gain: gain, options: options)
    }
  }

  /// The bits and the error per row of one layer under one option.
  ///
  /// The error over all rows comes from the GPTQ recursion and is exact; the sketch only says how
  /// it is shared out among the rows.
  private func measure(
    _ linear: Linear, _ option: QParams, weights: Matrix, factor: HessianFactor, sketch: Matrix
  ) throws -> MeasuredOption {
    let result = try gptq(weights, factor: factor, option: option)
    let difference = result.matrix.weights() - weights
    let size = sketch.rows / rows.rows.count
    var errors = rows.rows.indices.map { row in
      Matrix.product(sketch.part(rows: row * size..<(row + 1) * size), difference.part())
        .squaredNorm
    }
    let sum = errors.reduce(0, +)
    if sum > 0, size < rows.tokens {
      let correction = max(result.error, 0) / sum
      errors = errors.map { $0 * correction }
    }
    return MeasuredOption(
      option: option.description,
      bits: try option.storedBits(
        inputs: linear.inputs, outputs: linear.outputs, hasBias: linear.hasBias),
      errors: errors.map { Float($0) })
  }

  /// The relative error of the layers' outputs at the option nearest to 4 bits, for the eye.
  private func summary(_ layers: ArraySlice<MeasuredLayer>) -> String {
    let errors = layers.map { layer in
      ErrorEstimator.meanOfRatios.estimate(
        errors: layer.options[layer.options.indexNearest(to: 4, weights: layer.weights)].errors,
        reference: layer.reference)
    }
    let mean = errors.reduce(0, +) / Double(max(errors.count, 1))
    return "error \(mean.formatted(digits: 2)) near 4 bpw"
  }
}

extension [MeasuredOption] {
  /// The option whose size is nearest to so many bits per weight.
  fileprivate func indexNearest(to bitsPerWeight: Int, weights: Int) -> Int {
    indices.min { left, right in
      abs(self[left].bits - bitsPerWeight * weights)
        < abs(self[right].bits - bitsPerWeight * weights)
    } ?? 0
  }
}
