/// One option per layer.
package struct Allocation: Equatable, Sendable {
  /// For every layer of the problem the index of its option.
  package var choices: [Int]
  /// What is known about how far from the best possible this is.
  package var certificate: Certificate?

  package init(choices: [Int], certificate: Certificate? = nil) {
    self.choices = choices
    self.certificate = certificate
  }

  /// The chosen option of every layer.
  package func options(in problem: AllocationProblem) -> [AllocationProblem.Option] {
    zip(problem.layers, choices).map { $0.options[$1] }
  }

  /// What the chosen options take together.
  package func bits(in problem: AllocationProblem) -> Int {
    options(in: problem).reduce(0) { $0 + $1.bits }
  }

  /// The sum of the chosen options' errors.
  package func error(in problem: AllocationProblem) -> Double {
    options(in: problem).reduce(0) { $0 + $1.error }
  }
}
