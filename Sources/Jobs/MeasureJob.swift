import BitAllocation
import Checkpoints
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
  package var model: Model
  package var fingerprint: String
  package var rows: CalibrationRows
  package var menu: OptionMenu
  /// The menu's file name, for the record.
  package var menuName: String
  package var settings: MeasureSettings
  /// What the converted model takes besides its layers; nil where no format can hold it.
  package var storage: BitAllocation.Measurement.Storage?

  package init(
    model: Model, fingerprint: String, rows: CalibrationRows, menu: OptionMenu,
    menuName: String, settings: MeasureSettings = MeasureSettings(),
    storage: BitAllocation.Measurement.Storage? = nil
  ) {
    self.storage = storage
    self.model = model
    self.fingerprint = fingerprint
    self.rows = rows
    self.menu = menu
    self.menuName = menuName
    self.settings = settings
  }

  /// The part of a pathway's time that goes into running text through it, roughly.
  private static let observingShare = 0.2

  /// Measures all layers; a unit is a block, and the head. What the directory has isn't measured
  /// again, and the result is the same, bit for bit, whatever is planned for memory.
  ///
  /// Throws `FormatError` if the menu's format can't hold the model's layers, `JobError.layerFailed`
  /// if a layer can't be quantized, and what reading weights throws.
  package func run(
    in directory: JobDirectory? = nil, memory: MemoryPlan? = nil, observer: JobObserver
  ) throws -> BitAllocation.Measurement {
    try menu.check(model.description)
    let description = try OptionMenu.arranged(model.description)
    let model = Model(description: description, weights: model.weights)
    let blocks = description.blocks
    let head = description.head.name
    let done = directory?.leading(blocks.map(\.name), as: MeasuredBlock.self) ?? []
    let doneHead: [MeasuredLayer]? = done.count == blocks.count ? directory?.stored(head) : nil
    observer(
      .began(
        job: "Measuring", units: blocks.count + 1, done: done.count + (doneHead == nil ? 0 : 1)))

    var layers = done.flatMap(\.layers)
    var census = done.last?.census ?? ExpertCensus()
    if let doneHead {
      layers += doneHead
    } else {
      let sketches = rows.rows.indices.map {
        RowSketch(size: settings.sketch, tokens: rows.tokens, seed: rows.seed, row: $0)
      }
      var states = try states(
        behind: done, of: model, in: directory, place: memory?.place(in: directory) ?? .memory)
      for (index, block) in blocks.enumerated().dropFirst(done.count) {
        model.prefetch(afterBlock: index)
        var measured: [MeasuredLayer] = []
        states = try measure(
          block, of: model, states: states, sketches: sketches, memory: memory, census: &census,
          layers: &measured, observer: observer)
        try model.weights.checkUnchanged()
        if let directory {
          measured = try directory.save(measured, census: census, states: states, of: block)
        }
        layers += measured
        observer(.finishedUnit(block.name, note: summary(measured[...])))
      }
      observer(.advanced(unit: head, fraction: 0))
      var measured = try measureHead(
        of: model, states: states, sketches: sketches, memory: memory)
      try model.weights.checkUnchanged()
      if let directory { measured = try directory.save(measured, of: head) }
      layers += measured
      observer(.finishedUnit(head, note: summary(measured[...])))
    }
    if let remark = census.remark { observer(.warned(remark)) }

    return BitAllocation.Measurement(
      model: .init(
        architecture: description.architecture, blocks: blocks.count,
        weights: layers.reduce(0) { $0 + $1.weights }, fingerprint: fingerprint),
      calibration: rows.description,
      settings: settings.description(menu: menuName), storage: storage, layers: layers)
  }

  /// The states behind the blocks that are done: those that were kept, or made again.
  private func states(
    behind done: [MeasuredBlock], of model: Model, in directory: JobDirectory?, place: StatePlace
  ) throws -> HiddenStates {
    if let kept = done.last?.states, let states = try directory?.states(kept, place: place) {
      return states
    }
    var states = try HiddenStates(of: rows.rows, in: model, place: place)
    for block in model.description.blocks.prefix(done.count) {
      try states.run(through: LoadedBlock(block, from: model.weights, length: rows.tokens))
    }
    return states
  }

  /// Measures a block's layers, and returns the states behind it.
  private func measure(
    _ block: Block, of model: Model, states: HiddenStates, sketches: [RowSketch],
    memory: MemoryPlan?, census: inout ExpertCensus, layers: inout [MeasuredLayer],
    observer: JobObserver
  ) throws -> HiddenStates {
    var states = states
    let loaded = try LoadedBlock(block, from: model.weights, length: rows.tokens)
    for index in block.sublayers.indices {
      var walk = try SublayerWalk(loaded, index, states: states)
      census.count(walk)
      let measured = try measure(&walk, of: loaded, sketches: sketches, memory: memory) {
        fraction in
        observer(
          .advanced(
            unit: block.name,
            fraction: (Double(index) + fraction) / Double(block.sublayers.count)))
      }
      states = try walk.finish(loaded)
      let residual = try parallelMap(states.count) { [states] in
        Float(try states[$0].squaredNorm)
      }
      layers += measured.map { $0.with(residual: residual) }
    }
    return states
  }

  /// Measures the layers of a sublayer, pathway by pathway, and leaves in the walk what they put out.
  private func measure(
    _ walk: inout SublayerWalk, of loaded: LoadedBlock, sketches: [RowSketch], memory: MemoryPlan?,
    progress: (Double) -> Void
  ) throws -> [MeasuredLayer] {
    var layers: [MeasuredLayer] = []
    let places = walk.sublayer.pathwaysByInput
    let fallbacks = try walk.sublayer.branches.indices.map { [walk] in
      [
        try ExpertFallback(.readers, of: $0, walk, loaded),
        try ExpertFallback(.writer, of: $0, walk, loaded),
      ]
    }
    for (position, together) in places.enumerated() {
      func advance(_ fraction: Double) {
        progress((Double(position) + fraction) / Double(places.count))
      }
      let records = try observe(together, &walk, of: loaded, sketches: sketches) {
        advance(Self.observingShare * $0)
      }
      let isRouted = walk.selection(0, together[0]).tokens != nil
      let gains = try together.map { [walk] in try ErrorGain(loaded, walk: walk, $0) }
      for (index, record) in records.enumerated() {
        layers += try measure(
          record, block: loaded.block.index, weights: loaded.weights,
          fallback: isRouted ? fallbacks[together[0].branch][min(index, 1)] : nil,
          tokens: isRouted ? record.hessian.tokens : nil, memory: memory,
          gains: { linear, quantized in
            try gains.first { $0.isAbout(linear) }?(of: linear, quantized: quantized).gain
          })
        advance(
          Self.observingShare
            + (1 - Self.observingShare) * Double(index + 1) / Double(records.count))
      }
    }
    return layers.withGainsCompleted()
  }

  /// Runs all rows through pathways with the same input, adds their outputs to the walk's, and
  /// returns what their stages read and wrote: the readers', then each writer's.
  private func observe(
    _ places: [PathwayIndex], _ walk: inout SublayerWalk, of loaded: LoadedBlock,
    sketches: [RowSketch], progress: (Double) -> Void
  ) throws -> [StageRecord] {
    var records =
      [StageRecord(places.flatMap { walk.sublayer[$0].readers })]
      + places.map { StageRecord([walk.sublayer[$0].writer]) }
    for chunk in walk.states.chunks {
      let passes = try parallelMap(chunk.count) { [walk] offset in
        try places.map { try walk.pass(chunk.lowerBound + offset, $0, of: loaded) }
      }
      for (offset, pass) in passes.enumerated() {
        for (place, way) in zip(places, pass) {
          guard way.written.isFinite else { throw ModelError.notFinite(place: loaded.block.name) }
          try walk.add(way.written, row: chunk.lowerBound + offset, place)
        }
      }
      let part = Array(sketches[chunk])
      records[0].add(passes.map(StagePass.init(readersOf:)), sketches: part)
      for index in places.indices {
        records[index + 1].add(passes.map { StagePass(writerOf: $0[index]) }, sketches: part)
      }
      progress(Double(chunk.upperBound) / Double(walk.states.count))
    }
    return records
  }

  private func measureHead(
    of model: Model, states: HiddenStates, sketches: [RowSketch], memory: MemoryPlan?
  ) throws -> [MeasuredLayer] {
    let head = try LoadedHead(of: model)
    var record = StageRecord([head.linear])
    var residual: [Float] = []
    for chunk in states.chunks {
      let passes = try parallelMap(chunk.count) {
        HeadPass(head, states: try states[chunk.lowerBound + $0])
      }
      record.add(passes.map(\.stage), sketches: Array(sketches[chunk]))
      residual += passes.map { Float($0.centeredNorm) }
    }
    return try measure(
      record, block: nil, weights: { _ in head.weights }, fallback: nil, tokens: nil,
      memory: memory, gains: { _, _ in 1 }
    ).map { $0.with(residual: residual) }
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

/// What a job's folder says about a block.
private struct MeasuredBlock: Codable {
  let layers: [MeasuredLayer]
  /// Up to this block.
  let census: ExpertCensus
  let states: KeptStates
}

extension JobDirectory {
  /// Puts on disk what is known behind a block, and returns the layers as they can be read back.
  fileprivate func save(
    _ layers: [MeasuredLayer], census: ExpertCensus, states: HiddenStates, of block: Block
  ) throws -> [MeasuredLayer] {
    try WrittenFiles.uninterrupted {
      let kept = try keep(states, behind: block.name)
      let saved = try save(
        MeasuredBlock(layers: layers, census: census, states: kept), of: block.name)
      removeStates(but: kept)
      return saved.layers
    }
  }
}

extension [MeasuredLayer] {
  /// The layers, with the mean gain of those that do the same where a gain is missing: of experts that
  /// no token went to.
  fileprivate func withGainsCompleted() -> [MeasuredLayer] {
    map { layer in
      guard layer.gain == nil else { return layer }
      let gains = filter { $0.role == layer.role }.compactMap(\.gain)
      var layer = layer
      layer.gain = gains.isEmpty ? 1 : gains.reduce(0, +) / Double(gains.count)
      return layer
    }
  }
}

extension MeasuredLayer {
  fileprivate func with(residual: [Float]) -> MeasuredLayer {
    var layer = self
    layer.residual = residual
    return layer
  }
}
