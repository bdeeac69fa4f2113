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
/// Options that begin with the same groups share the work on these. Runs on all cores, or on so many
/// threads at most; `body` gets an option's index and result, and is called from several threads.
/// Beside what one run takes, each thread holds a copy of the weights that are still open for every
/// place, on the way to an option, where others part from it and wait: three at most, for a menu of
/// three widths.
package func gptq<Result: Sendable>(
  _ weights: Matrix, factor: HessianFactor, options: [QParams], atMost limit: Int = .max,
  search: any ScaleSearch = JointScaleSearch(),
  body: @Sendable (Int, GPTQResult) throws -> Result
) throws -> [Result] {
  precondition(weights.rows == factor.inputs, "the Hessian is not of this layer's inputs")
  let threads = min(limit, Threads.count)
  // Several for each thread, so that none has to wait long for another at the end.
  let parts = try OptionTree(options, inputs: weights.rows).parts(threads == 1 ? 1 : 4 * threads)
  let results = try parallelMap(parts.count, atMost: limit) { index in
    let rounding = try Rounding(of: weights, factor: factor)
    return try walk(parts[index], from: rounding, search: search, body: body)
  }
  return results.flatMap { $0 }.sorted { $0.option < $1.option }.map(\.result)
}

private func walk<Result>(
  _ node: OptionTree.Node, from rounding: consuming Rounding, search: any ScaleSearch,
  body: (Int, GPTQResult) throws -> Result
) throws -> [(option: Int, result: Result)] {
  for group in node.groups { rounding.round(group, search: search) }
  var results: [(option: Int, result: Result)] = []
  for option in node.options { results.append((option, try body(option, rounding.result()))) }
  for child in node.children.dropLast() {
    results += try walk(child, from: rounding.forked(), search: search, body: body)
  }
  if let last = node.children.last {
    results += try walk(last, from: rounding, search: search, body: body)
  }
  return results
}
