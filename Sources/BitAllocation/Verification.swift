/// Checks an allocation against the measurement it was made from, from the table alone and in time
/// proportional to its size.
package struct Verification: Sendable, Equatable {
  /// What was checked, in order.
  package private(set) var checks: [Check] = []

  private let problem: AllocationProblem

  /// One thing that was checked.
  package struct Check: Codable, Equatable, Sendable {
    /// A word or two, such as "lower bound".
    package let name: String
    package let holds: Bool
    /// What was found, in a few words.
    package let detail: String
  }

  /// Whether everything holds.
  package var holds: Bool { checks.allSatisfy(\.holds) }

  /// Poses the problem again that the document says it solves, and computes its numbers anew.
  ///
  /// Throws an `AllocationError` if the request doesn't fit the measurement.
  package init(_ document: AllocationDocument, against measurement: Measurement) throws {
    problem = try AllocationProblem(measurement, document.request)
    add(
      "model",
      document.model == measurement.model && document.settings == measurement.settings
        && document.calibration == measurement.calibration,
      "\(measurement.model.architecture), fingerprint \(measurement.model.fingerprint.prefix(12))…",
      else: document.model == measurement.model
        ? "the measurement was made with other settings, or on other text, than the allocation says"
        : "the measurement is of a model with fingerprint "
          + "\(measurement.model.fingerprint.prefix(12))…, the allocation of "
          + "\(document.model.fingerprint.prefix(12))…")
    add(
      "table", document.table == problem.fingerprint,
      "\(problem.layers.count) layers, fingerprint \(problem.fingerprint)",
      else: "the measurement makes a table with fingerprint \(problem.fingerprint), the allocation "
        + "was made from \(document.table)")
    add(
      "budget", document.budget == problem.budget, "\(problem.budget) bits",
      else: "what was asked for is \(problem.budget) bits, the allocation says \(document.budget)")
    guard let allocation = checkedChoices(document, problem) else { return }
    let again = AllocationDocument(
      allocation, of: problem, from: measurement, request: document.request, strategy: "")
    add(
      "members", again.layers.map(\.members) == document.layers.map(\.members),
      document.layers.contains { $0.members != nil } ? "as measured" : "none",
      else: "what layers that share a decision get isn't what was measured")
    let bits = allocation.bits(in: problem)
    add(
      "size",
      bits == document.bits && bits <= problem.budget && document.weights == problem.weights,
      "\(bits) bits, \(problem.budget - bits) left",
      else: "\(bits) bits over \(problem.weights) weights; stated are \(document.bits) over "
        + "\(document.weights), allowed \(problem.budget)")
    let error = allocation.error(in: problem)
    add(
      "error", error.isClose(to: document.predictedError), "\(error)",
      else: "\(error); stated is \(document.predictedError)")
    if let certificate = document.certificate, certificate.objective != document.provedObjective {
      add(
        "certificate", false, "",
        else:
          "it is for the objective '\(certificate.objective.name)', which isn't what was asked for")
      return
    }
    check(document.certificate, of: allocation, in: problem)
  }

  /// The allocation that the document states, if it is one of the problem's.
  private mutating func checkedChoices(
    _ document: AllocationDocument, _ problem: AllocationProblem
  ) -> Allocation? {
    guard document.layers.map(\.name) == problem.layers.map(\.name) else {
      add("layers", false, "", else: "the allocation's layers are not the measurement's")
      return nil
    }
    var choices: [Int] = []
    for (layer, stated) in zip(problem.layers, document.layers) {
      guard let choice = layer.options.firstIndex(where: { $0.name == stated.option }) else {
        add(
          "layers", false, "",
          else: "'\(layer.name)' has no option '\(stated.option)', or isn't allowed it")
        return nil
      }
      let option = layer.options[choice]
      guard option.bits == stated.bits, option.error.isClose(to: stated.error) else {
        add(
          "layers", false, "",
          else:
            "'\(layer.name)' takes \(option.bits) bits with an error of \(option.error); stated "
            + "are \(stated.bits) and \(stated.error)")
        return nil
      }
      choices.append(choice)
    }
    add("layers", true, "each has an option that was measured, with its bits and its error")
    return Allocation(choices: choices, certificate: document.certificate)
  }

  private mutating func check(
    _ certificate: Certificate?, of allocation: Allocation, in problem: AllocationProblem
  ) {
    guard let certificate else {
      add("certificate", true, "none: the strategy proves nothing")
      return
    }
    do {
      try certificate.check(allocation, in: problem)
      let share = certificate.value > 0 ? certificate.gap / certificate.value : 0
      add(
        "certificate", true,
        "no allocation is below \(certificate.lowerBound); this one is \(certificate.gap) above, a "
          + "share of \(share)")
    } catch {
      add("certificate", false, "", else: error.text)
    }
  }

  /// Searches again, and checks that nothing better is found.
  package mutating func search(_ document: AllocationDocument) throws {
    guard let certificate = document.certificate else { return }
    let found = try certificate.objective.strategy.allocate(problem).certificate
    guard let found else { return }
    let isBest = certificate.value <= found.value || certificate.value.isClose(to: found.value)
    add(
      "search", isBest && (found.proven || !certificate.proven),
      found.proven ? "nothing better exists" : "nothing better was found before the limit",
      else: isBest
        ? "the search met its limit, so that 'proven' can't be confirmed"
        : "an allocation with \(found.value) was found; stated is \(certificate.value)")
  }

  private mutating func add(
    _ name: String, _ holds: Bool, _ detail: String, else problem: String = ""
  ) {
    checks.append(Check(name: name, holds: holds, detail: holds ? detail : problem))
  }
}

extension AllocationDocument {
  /// What the strategy's certificate must be about.
  fileprivate var provedObjective: Objective {
    switch (strategy, request.objective) {
    case ("min-max", _): .minMax
    case ("lexicographic", .lexicographic): request.objective
    case ("lexicographic", _): LexicographicStrategy().objective
    case ("worst-stratum", _): .worstStratum
    default: request.objective
    }
  }
}

extension CertificateError {
  /// In the user's terms.
  fileprivate var text: String {
    switch self {
    case .otherLayers(let expected, let found): "it is of \(found) layers instead of \(expected)"
    case .noSuchOption(let layer): "'\(layer)' has no such option"
    case .overBudget(let bits, let budget): "\(bits) bits exceed the budget of \(budget)"
    case .wrong(let what, let stated, let computed):
      "its \(what) is \(stated), but the table makes it \(computed)"
    case .missing(let what): "it has no \(what), which its objective needs"
    case .impossible(let what, let number): "its \(what) can't be \(number)"
    }
  }
}
