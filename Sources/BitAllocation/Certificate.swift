/// How far an allocation can be from the best possible, with the numbers that prove it.
///
/// For any `lambda` of zero or more, no allocation within the budget has a sum of errors below
/// `Σ over layers of min(error + lambda · bits) - lambda · budget`
/// (Everett, "Generalized Lagrange multiplier method", 1963). The other objectives are brought to
/// that: see `leastMaximum` and `strata`.
package struct Certificate: Codable, Equatable, Sendable {
  /// What was minimized.
  package var objective: Objective
  /// The objective of the allocation.
  package var value: Double
  /// No allocation within the budget has a smaller objective.
  package var lowerBound: Double
  /// The value minus the lower bound.
  package var gap: Double
  /// Whether the search has ruled out every better allocation, also between the bound and this
  /// one. Errors are compared in steps that hide at most 2 · 10⁻⁸ of the value.
  package var proven: Bool
  /// Error per bit: what another bit of budget would save, about. Nil where the largest error alone
  /// counts.
  package var lambda: Double?
  /// The smallest largest error that the budget allows: with no error as large as that, the lightest
  /// options exceed it. For objectives that look at the largest.
  package var leastMaximum: Double?
  /// For the worst kind of text: the weights of the kinds whose sum gives the bound. A maximum is at
  /// least any weighted mean.
  package var strata: [Stratum]?

  /// A kind of text.
  package struct Stratum: Codable, Equatable, Sendable {
    /// Zero or more; those of all kinds add up to one.
    package var weight: Double
    /// The least sum of its errors that the budget allows, to which sums are set in relation.
    package var least: Double
    /// Error per bit at that least: shows that it can't be much less.
    package var lambda: Double

    package init(weight: Double, least: Double, lambda: Double) {
      self.weight = weight
      self.least = least
      self.lambda = lambda
    }
  }

  package init(
    objective: Objective = .sum, value: Double, lowerBound: Double, proven: Bool,
    lambda: Double? = nil, leastMaximum: Double? = nil, strata: [Stratum]? = nil
  ) {
    self.objective = objective
    self.value = value
    // Sums in another order can differ in the last digits.
    self.lowerBound = min(lowerBound, value)
    gap = value - self.lowerBound
    self.proven = proven
    self.lambda = lambda
    self.leastMaximum = leastMaximum
    self.strata = strata
  }

  private enum CodingKeys: String, CodingKey {
    case objective, value, lambda, gap, proven, strata
    case lowerBound = "lower_bound"
    case leastMaximum = "least_maximum"
  }
}

extension Certificate {
  /// Checks, from the table alone and in time proportional to its size, that the value and the bound
  /// are what they are said to be. That nothing lies between them (`proven`) only another search can
  /// tell.
  ///
  /// Throws the first claim that is wrong.
  package func check(
    _ allocation: Allocation, in problem: AllocationProblem
  ) throws(CertificateError) {
    guard allocation.choices.count == problem.layers.count else {
      throw .otherLayers(expected: problem.layers.count, found: allocation.choices.count)
    }
    for (layer, choice) in zip(problem.layers, allocation.choices)
    where !layer.options.indices.contains(choice) {
      throw .noSuchOption(layer: layer.name)
    }
    let bits = allocation.bits(in: problem)
    guard bits <= problem.budget else { throw .overBudget(bits: bits, budget: problem.budget) }
    if case .worstStratum = objective, strata?.count != problem.kinds {
      throw .wrong(
        "strata", stated: Double(strata?.count ?? 0), computed: Double(problem.kinds))
    }
    try check("value", stated: value, computed: problem.value(of: allocation, self))
    try check(
      "lower bound", stated: lowerBound,
      computed: min(try bound(for: allocation, in: problem), value))
    try check("gap", stated: lowerBound + gap, computed: value)
    guard lowerBound <= value else {
      throw .wrong("lower bound", stated: lowerBound, computed: value)
    }
  }

  private func check(
    _ what: String, stated: Double, computed: Double
  ) throws(CertificateError) {
    guard stated.isClose(to: computed) else {
      throw .wrong(what, stated: stated, computed: computed)
    }
  }

  /// The bound that the multipliers give.
  private func bound(
    for allocation: Allocation, in problem: AllocationProblem
  ) throws(CertificateError) -> Double {
    if let lambda, !(lambda >= 0) { throw .impossible("lambda", lambda) }
    switch objective {
    case .sum, .power:
      guard let lambda else { throw .missing("lambda") }
      return problem.lowerBound(lambda: lambda)
    case .minMax:
      return try checkedMaximum(in: problem)
    case .lexicographic(let slack):
      guard let lambda else { throw .missing("lambda") }
      guard slack >= 0, slack.isFinite else { throw .impossible("slack", slack) }
      let ceiling = try checkedMaximum(in: problem) * (1 + slack)
      let largest = allocation.largestError(in: problem)
      guard largest <= ceiling else {
        throw .wrong("ceiling", stated: ceiling, computed: largest)
      }
      return problem.limited(to: ceiling).problem.lowerBound(lambda: lambda)
    case .worstStratum:
      guard let lambda, let strata else { throw .missing("lambda") }
      try checkLeasts(strata, of: allocation, in: problem)
      let sum = strata.reduce(0) { $0 + $1.weight }
      guard sum.isClose(to: 1) else { throw .wrong("strata", stated: sum, computed: 1) }
      return problem.mixed(strata).lowerBound(lambda: lambda)
    }
  }

  /// A kind's least sum is no larger than this allocation's, and no smaller than its own bound.
  private func checkLeasts(
    _ strata: [Stratum], of allocation: Allocation, in problem: AllocationProblem
  ) throws(CertificateError) {
    for (kind, stratum) in strata.enumerated() {
      guard stratum.weight >= 0, stratum.least >= 0, stratum.lambda >= 0 else {
        throw .impossible("strata", min(stratum.weight, stratum.least, stratum.lambda))
      }
      let single = problem.single(kind)
      let bound = single.lowerBound(lambda: stratum.lambda)
      let own = allocation.error(in: single)
      guard stratum.least >= bound || stratum.least.isClose(to: bound),
        stratum.least <= own || stratum.least.isClose(to: own)
      else { throw .wrong("strata", stated: stratum.least, computed: bound) }
    }
  }

  /// `leastMaximum`, if with smaller errors alone the budget can't be kept.
  private func checkedMaximum(in problem: AllocationProblem) throws(CertificateError) -> Double {
    guard let leastMaximum else { throw .missing("least_maximum") }
    let lightest = problem.lightestBits { $0 < leastMaximum }
    let attained = problem.lightestBits { $0 <= leastMaximum }
    guard lightest.map({ $0 > problem.budget }) ?? true,
      attained.map({ $0 <= problem.budget }) ?? false
    else { throw .impossible("least_maximum", leastMaximum) }
    return leastMaximum
  }
}

/// What is wrong with a certificate.
package enum CertificateError: Error, Equatable {
  case otherLayers(expected: Int, found: Int)
  case noSuchOption(layer: String)
  case overBudget(bits: Int, budget: Int)
  /// A number that the table refutes.
  case wrong(String, stated: Double, computed: Double)
  /// A number that the objective needs.
  case missing(String)
  case impossible(String, Double)
}

extension AllocationProblem {
  /// An error that no allocation within the budget falls below.
  package func lowerBound(lambda: Double) -> Double {
    // Counted from the smallest options: differences of large numbers would lose digits.
    layers.reduce(-lambda * Double(budget - smallestBits)) { sum, layer in
      let smallest = layer.options.reduce(Int.max) { min($0, $1.bits) }
      let cheapest = layer.options.reduce(Double.infinity) {
        min($0, $1.error + lambda * Double($1.bits - smallest))
      }
      return sum + cheapest
    }
  }

  /// The objective of an allocation.
  fileprivate func value(of allocation: Allocation, _ certificate: Certificate) -> Double {
    switch certificate.objective {
    case .sum, .power, .lexicographic: allocation.error(in: self)
    case .minMax: allocation.largestError(in: self)
    case .worstStratum: allocation.worstStratum(in: self, certificate.strata ?? [])
    }
  }
}

extension Double {
  /// Whether two sums of the same numbers may differ by as much as these two do.
  func isClose(to other: Double) -> Bool {
    isFinite && other.isFinite
      && abs(self - other) <= 1e-9 * Swift.max(abs(self), abs(other))
  }
}
