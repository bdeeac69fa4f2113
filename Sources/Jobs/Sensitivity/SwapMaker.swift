import BitAllocation
import Foundation
import Models
import Quantization
import Tensors

/// Makes the changes of layers that are looked at: each quantized as it was when it was measured,
/// and each with noise.
struct SwapMaker: Sendable {
  let settings: SensitivitySettings
  /// As in `MeasureSettings`.
  let damping: Double?
  /// Indices of the rows that are compared.
  let compared: [Int]
  private let decisions: [String: Decision]

  /// What a measurement says about one linear layer.
  private struct Decision {
    let layer: MeasuredLayer
    /// Its place among layers that share a decision; nil for one that stands alone.
    let member: Int?
    /// Its place among all linear layers, which noise depends on.
    let index: Int
  }

  init(
    _ measurement: BitAllocation.Measurement, settings: SensitivitySettings, compared: [Int]
  ) {
    self.settings = settings
    self.compared = compared
    damping = measurement.settings.damping
    var decisions: [String: Decision] = [:]
    for layer in measurement.layers {
      for (member, name) in (layer.members ?? [layer.name]).enumerated() {
        decisions[name] = Decision(
          layer: layer, member: layer.members == nil ? nil : member, index: decisions.count)
      }
    }
    self.decisions = decisions
  }

  /// How many changes a layer gets.
  func count(_ linear: Linear) -> Int { options(of: linear).count + noise.count }

  /// Makes the changes of a block's layers, stage by stage. `states` are those of all rows in front
  /// of the block.
  func forEachStage(
    of loaded: LoadedBlock, states: HiddenStates, _ body: ([LayerSwap]) throws -> Void
  ) throws {
    var states = states
    for index in loaded.block.sublayers.indices {
      var walk = try SublayerWalk(loaded, index, states: states)
      let places = walk.sublayer.pathwaysByInput
      let fallbacks = try walk.sublayer.branches.indices.map { [walk] in
        (
          try ExpertFallback(.readers, of: $0, walk, loaded),
          try ExpertFallback(.writer, of: $0, walk, loaded)
        )
      }
      for together in places {
        let (readers, writers) = fallbacks[together[0].branch]
        try body(
          try swaps(
            together.flatMap { walk.sublayer[$0].readers }, .readers, together[0], walk, loaded,
            fallback: readers))
        for place in together {
          try body(
            try swaps(
              [walk.sublayer[place].writer], .writer, place, walk, loaded, fallback: writers))
        }
      }
      guard index + 1 < loaded.block.sublayers.count else { return }
      for place in places.flatMap({ $0 }) {
        for chunk in states.chunks {
          let written = try parallelMap(chunk.count) { [walk] in
            try walk.pass(chunk.lowerBound + $0, place, of: loaded).written
          }
          for (offset, output) in written.enumerated() {
            try walk.add(output, row: chunk.lowerBound + offset, place)
          }
        }
      }
      states = try walk.finish(loaded)
    }
  }

  /// Makes the changes of the head. `inputs` is what it reads, per row.
  func swaps(of head: LoadedHead, inputs: [Matrix]) throws -> [LayerSwap] {
    var hessian = Hessian(inputs: head.linear.inputs)
    if settings.method != .noise {
      for row in inputs { hessian.add(row) }
    }
    return try swaps(
      [head.linear], weights: { _ in head.weights }, hessian: hessian, damping: nil,
      inputs: compared.map { inputs[$0] })
  }

  private func swaps(
    _ linears: [Linear], _ side: SublayerWalk.Side, _ place: PathwayIndex, _ walk: SublayerWalk,
    _ loaded: LoadedBlock, fallback: ExpertFallback?
  ) throws -> [LayerSwap] {
    var hessian = Hessian(inputs: linears[0].inputs)
    var damping: Double?
    if settings.method != .noise {
      hessian = try walk.hessian(of: side, place, of: loaded)
      if walk.selection(0, place).tokens != nil, let completed = fallback?.completed(hessian) {
        (hessian, damping) = (completed.hessian, completed.damping)
      }
    }
    let inputs =
      settings.method == .anchor
      ? []
      : try parallelMap(compared.count) {
        try walk.input(compared[$0], of: side, place, of: loaded)
      }
    return try swaps(
      linears, weights: loaded.weights, hessian: hessian, damping: damping, inputs: inputs)
  }

  /// `inputs` is what the layers read of the compared rows.
  private func swaps(
    _ linears: [Linear], weights: (Linear) -> Matrix, hessian: Hessian, damping: Double?,
    inputs: [Matrix]
  ) throws -> [LayerSwap] {
    let originals = linears.map(weights)
    let options = linears.indices.flatMap { layer in
      self.options(of: linears[layer]).map { (layer, $0) }
    }
    var swaps: [LayerSwap] = []
    if !options.isEmpty {
      let factor = try hessian.factor(
        damping: self.damping ?? damping, keepsOrder: linears.contains(where: \.keepsInputOrder))
      swaps += try parallelMap(options.count) { index in
        let (layer, option) = options[index]
        do {
          let result = try gptq(
            originals[layer], factor: factor, option: QParams(parsing: option.option))
          return LayerSwap(
            linears[layer], .option(option.name), weights: result.matrix.weights())
        } catch {
          throw JobError.layerFailed(
            layer: linears[layer].name, reason: error.localizedDescription)
        }
      }
    }
    let noise = linears.indices.flatMap { layer in self.noise.indices.map { (layer, $0) } }
    return swaps
      + (try parallelMap(noise.count) { index in
        let (layer, size) = noise[index]
        return noisy(linears[layer], size: size, weights: originals[layer], inputs: inputs)
      })
  }

  /// W + t ‖W‖ G / ‖G‖ with normal G, another one for every layer and size.
  private func noisy(
    _ linear: Linear, size: Int, weights: Matrix, inputs: [Matrix]
  ) -> LayerSwap {
    let place = decisions[linear.name]?.index ?? 0
    var generator = SeededGenerator(
      seed: settings.seed, stream: UInt64(place * noise.count + size) | 3 << 32)
    var change = Matrix(
      rows: weights.rows, columns: weights.columns,
      elements: weights.elements.map { _ in generator.nextNormal() })
    let norm = (weights.squaredNorm / change.squaredNorm).squareRoot()
    change *= Float(noise[size] * norm)
    return LayerSwap(
      linear, .noise(noise[size]), weights: weights + change,
      errors: inputs.map { Float(($0 * change).squaredNorm) })
  }

  private var noise: [Double] { settings.method == .anchor ? [] : settings.noise }

  /// The options that a layer is quantized with, by the names of the measurement, and what they
  /// are.
  private func options(of linear: Linear) -> [(name: String, option: String)] {
    guard settings.method != .noise, let decision = decisions[linear.name] else { return [] }
    return decision.layer.options(nearestTo: settings.anchors).map { index in
      let option = decision.layer.options[index]
      let own = decision.member.flatMap { option.members?[$0].option }
      return (option.option, own ?? option.option)
    }
  }
}
