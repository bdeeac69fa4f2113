import Tensors

/// A quantized layer and what its rounding costs on the calibration tokens.
package struct GPTQResult: Sendable {
  /// The codes and scales that the weights were rounded to.
  package let matrix: QuantizedMatrix
  /// `tr(Δᵀ H Δ)` for the error Δ of the weights, in the units of the Hessian: the squared error of
  /// the layer's output, summed over the calibration tokens.
  package let error: Double
  /// `tr(Δᵀ (H + λ I) Δ)`, λ the absolute damping: what GPTQ keeps small.
  package let dampedError: Double
}

/// Rounds the rows of `weights`, (in, out), one after the other, most important first, and shifts
/// each row's rounding error onto the rows still open, in proportion to how their inputs correlate.
///
/// Frantar et al., "GPTQ: Accurate Post-Training Quantization", 2023, arXiv:2210.17323. Runs in the
/// calling thread, and its result depends on nothing but its arguments. Throws
/// `QuantizationError.weightNotRepresentable` for weights that binary16 cannot hold, and what
/// `QParams.groups(inputs:)` throws.
package func gptq(
  _ weights: Matrix, factor: HessianFactor, option: QParams,
  search: any ScaleSearch = JointScaleSearch()
) throws -> GPTQResult {
  precondition(weights.rows == factor.inputs, "the Hessian is not of this layer's inputs")
  let groups = try option.groups(inputs: weights.rows)
  try weights.checkRepresentable()

  var rounding = Rounding(of: weights, factor: factor)
  for group in groups { rounding.round(group, search: search) }
  return rounding.result()
}

extension Matrix {
  /// Throws for the first weight that is not finite in binary16.
  fileprivate func checkRepresentable() throws {
    guard !isFinite || columnMaxima.contains(where: { $0 > 65504 }) else { return }
    for (index, weight) in elements.enumerated() where !(abs(weight) <= 65504) {
      throw QuantizationError.weightNotRepresentable(
        value: weight, input: index / columns, output: index % columns)
    }
  }
}
