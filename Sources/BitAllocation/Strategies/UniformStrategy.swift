/// Gives all layers the same option, the best that fits, and spends the rest on the next larger
/// ones, layer by layer from the first.
///
/// What quantization without allocation does, brought to the same size for a fair comparison.
/// `UniformLadder` says what is the same. Where even the smallest such option exceeds the budget, it
/// starts from every layer's own smallest one.
package struct UniformStrategy: AllocationStrategy {
  package let name = "uniform"
  package let summary = "one option for all layers, the rest spent in order"

  package init() {}

  /// Comes without a certificate.
  package func allocate(_ problem: AllocationProblem) throws -> Allocation {
    try problem.checkBudget()
    return UniformLadder(problem).allocation(in: problem)
  }
}
