import BitAllocation
import Foundation
import Models
import Quantization
import Tensors

/// One stage at a time.
extension MeasureJob {
  /// Quantizes the layers of a stage under every option. `tokens` is how many went through it, where
  /// that isn't all.
  func measure(
    _ stage: StageRecord, block: Int?, weights: (Linear) -> Matrix, fallback: ExpertFallback?,
    tokens: Int?, memory: MemoryPlan?, gains: (Linear, () throws -> Matrix) throws -> Double?
  ) throws -> [MeasuredLayer] {
    var stage = stage
    let originals = stage.linears.map(weights)
    if let fallback { stage.complete(by: fallback, weights: originals) }
    let factor = try stage.hessian.factor(
      damping: settings.damping ?? stage.damping,
      keepsOrder: stage.linears.contains(where: \.keepsInputOrder))
    let largest = originals.map(\.elements.count).max() ?? 0
    let atOnce = memory?.optionsAtOnce(weights: largest) ?? .max
    let measured = try stage.linears.indices.map { [stage] index in
      let (linear, weights) = (stage.linears[index], originals[index])
      do {
        return try gptq(weights, factor: factor, options: menu.options, atMost: atOnce) {
          try measuredOption(linear, menu.options[$0], $1, weights: weights, stage: stage)
        }
      } catch {
        throw JobError.layerFailed(layer: linear.name, reason: error.localizedDescription)
      }
    }
    return try stage.linears.enumerated().map { index, linear in
      let options = measured[index]
      let gain = try gains(linear) {
        let anchor = menu.options[options.indexNearest(to: 4, weights: linear.weightCount)]
        return try gptq(originals[index], factor: factor, option: anchor).matrix.weights()
      }
      return MeasuredLayer(
        name: linear.name, block: block, role: linear.role, inputs: linear.inputs,
        outputs: linear.outputs, reference: stage.outputNorms[index].map { Float($0) },
        gain: gain, tokens: tokens, borrowedTokens: stage.borrowed > 0 ? stage.borrowed : nil,
        options: options)
    }
  }

  /// The bits and the error per row of one layer under one option.
  ///
  /// The error over all tokens of the Hessian comes from the GPTQ recursion and is exact; the sketch
  /// only says how it is shared out among the rows. Of an expert that borrowed tokens it is the part
  /// that its own have by their number.
  private func measuredOption(
    _ linear: Linear, _ option: QParams, _ result: GPTQResult, weights: Matrix, stage: StageRecord
  ) throws -> MeasuredOption {
    // In place: a head of a large vocabulary is gigabytes.
    var difference = result.matrix.weights()
    difference -= weights
    var errors = Matrix.squaredNorms(
      ofRows: stage.sketchRanges, of: stage.sketch, times: difference)
    let sum = errors.reduce(0, +)
    if stage.borrowed > 0 {
      let share = Double(stage.ownTokens) / Double(stage.hessian.tokens)
      let total = max(result.error, 0) * share
      errors = errors.map { sum > 0 ? $0 * total / sum : total / Double(errors.count) }
    } else if sum > 0, stage.isSketched {
      let correction = max(result.error, 0) / sum
      errors = errors.map { $0 * correction }
    }
    return MeasuredOption(
      option: option.description,
      bits: try option.storedBits(
        inputs: linear.inputs, outputs: linear.outputs, hasBias: linear.hasBias),
      errors: errors.map { Float($0) })
  }
}

extension [MeasuredOption] {
  /// The option whose size is nearest to so many bits per weight.
  func indexNearest(to bitsPerWeight: Int, weights: Int) -> Int {
    indices.min { left, right in
      abs(self[left].bits - bitsPerWeight * weights)
        < abs(self[right].bits - bitsPerWeight * weights)
    } ?? 0
  }
}
