/// What would have been chosen, had other documents been measured.
///
/// Documents are drawn with replacement, the errors are estimated again from what was drawn, and
/// the exact strategy chooses again, within the same budget and rules. It minimizes the sum of the
/// objective's terms: of an objective that is no sum, the regret is that of its errors' sum.
/// (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993.)
package struct StabilityStudy: Sendable {
  /// The layers' names.
  package let names: [String]
  /// What was chosen, by layer.
  package let options: [String]
  /// What the documents are drawn by.
  package let resampler: RowResampler

  private let measurement: Measurement
  private let request: AllocationRequest

  /// What came of one bootstrap.
  package struct Run: Equatable, Sendable {
    /// The option that each layer gets.
    package var options: [String]
    /// By how much the shipped allocation's error exceeds the least there is for these rows, as a
    /// share of it: infinite where that is zero and the shipped one's isn't.
    package var regret: Double
  }

  /// Throws `AllocationError.allocationOfAnotherMeasurement` where the allocation is of another
  /// measurement.
  package init(
    _ allocation: AllocationDocument, of measurement: Measurement, seed: UInt64 = 1
  ) throws(AllocationError) {
    try allocation.check(isOf: measurement)
    names = allocation.layers.map(\.name)
    options = allocation.layers.map(\.option)
    request = allocation.request
    self.measurement = measurement
    resampler = RowResampler(measurement.calibration, request, seed: seed)
  }

  /// The bootstrap of a number, the same whenever it is run.
  ///
  /// Throws what posing the problem and `ExactStrategy` throw.
  package func run(_ bootstrap: Int) throws -> Run {
    let problem = try AllocationProblem(
      measurement, request, multiplicities: resampler.multiplicities(bootstrap))
    let best = try ExactStrategy().allocate(problem)
    let shipped = Allocation(choices: try choices(in: problem))
    let (least, found) = (best.error(in: problem), shipped.error(in: problem))
    return Run(
      options: best.options(in: problem).map(\.name),
      // The exact strategy stops a billionth from the least.
      regret: found <= least ? 0 : found / least - 1)
  }

  private func choices(in problem: AllocationProblem) throws(AllocationError) -> [Int] {
    var choices: [Int] = []
    for (layer, name) in zip(problem.layers, options) {
      guard let choice = layer.options.firstIndex(where: { $0.name == name }) else {
        throw .allocationOfAnotherMeasurement(
          difference: "'\(layer.name)' has no option '\(name)' that its rules allow")
      }
      choices.append(choice)
    }
    return choices
  }
}

extension AllocationDocument {
  /// Throws unless it was made of a measurement, as far as one can tell.
  fileprivate func check(isOf measurement: Measurement) throws(AllocationError) {
    func check(_ isSame: Bool, _ difference: @autoclosure () -> String) throws(AllocationError) {
      guard isSame else { throw .allocationOfAnotherMeasurement(difference: difference()) }
    }
    try check(model == measurement.model, "the models have different fingerprints")
    try check(
      calibration.fingerprint == measurement.calibration.fingerprint
        && calibration.rows == measurement.calibration.rows,
      "the calibration rows are others")
    try check(settings == measurement.settings, "the settings differ")
    try check(
      layers.map(\.name) == measurement.layers.map(\.name), "the layers have other names")
    for (layer, measured) in zip(layers, measurement.layers) {
      try check(
        measured.options.contains { $0.option == layer.option && $0.bits == layer.bits },
        "'\(layer.name)' was not measured under '\(layer.option)' with \(layer.bits) bits")
    }
  }
}
