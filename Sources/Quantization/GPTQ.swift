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
  var rounding = try Rounding(of: weights, factor: factor)
  for group in groups { rounding.round(group, search: search) }
  return rounding.result()
}

/// What `body` makes of the results of all options, in their order. Each result is exactly that of
/// `gptq(_:factor:option:search:)`.
///
/// Options that begin with the same groups share the work on these. Runs on all cores; `body` gets
/// an option's index and result, and is called from several threads. Each thread holds at most one
/// copy of the open weights for every time that the options part: three for a menu of three widths.
package func gptq<Result: Sendable>(
  _ weights: Matrix, factor: HessianFactor, options: [QParams],
  search: any ScaleSearch = JointScaleSearch(),
  body: @Sendable (Int, GPTQResult) throws -> Result
) throws -> [Result] {
  precondition(weights.rows == factor.inputs, "the Hessian is not of this layer's inputs")
  let tree = try OptionTree(options, inputs: weights.rows)
  let rounding = try Rounding(of: weights, factor: factor)
  let results = try walk(tree.root, from: rounding, search: search, body: body)
  return results.sorted { $0.option < $1.option }.map(\.result)
}

private func walk<Result: Sendable>(
  _ node: OptionTree.Node, from start: consuming Rounding, search: any ScaleSearch,
  body: @Sendable (Int, GPTQResult) throws -> Result
) throws -> [(option: Int, result: Result)] {
  for group in node.groups { start.round(group, search: search) }
  let rounding = start
  let ended = try node.options.map { (option: $0, result: try body($0, rounding.result())) }
  let others = try parallelMap(node.children.count) { index in
    try walk(node.children[index], from: rounding.forked(), search: search, body: body)
  }
  return ended + others.flatMap { $0 }
}
