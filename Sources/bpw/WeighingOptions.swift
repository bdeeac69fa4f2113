import ArgumentParser
import BitAllocation
import Foundation

/// What is minimized, and how errors are estimated and weighed.
struct WeighingOptions: ParsableArguments {
  @Option(
    help: """
      What is minimized: the sum of errors (sum), of their powers (power), the largest error \
      (min-max), first that and then the sum (lexicographic), or the sum of the worst kind of \
      calibration text (worst-stratum).
      """)
  var objective = ObjectiveName.sum

  @Option(
    parsing: .unconditional,
    help: "The power, with --objective power: from 0.5 to 4. (default: 2)")
  var power: Double?

  @Option(
    parsing: .unconditional,
    help: """
      With --objective lexicographic, by what share errors may exceed the smallest possible \
      maximum. (default: 0.25)
      """)
  var slack: Double?

  @Option(
    help: """
      What errors are relative to: the hidden states they disturb (residual), or the layer's own \
      output (output). (default: residual, or what the sensitivities are for)
      """)
  var scale: ErrorScale?

  @Option(
    help: """
      How the errors of the calibration rows become one. (default: mean-of-ratios, or what the \
      sensitivities are for)
      """)
  var estimator: ErrorEstimator?

  @Flag(
    inversion: .prefixedNo,
    help: "Draw estimates that rows disagree on towards what layers of the same role show.")
  var shrink = true

  @Option(
    help: ArgumentHelp(
      """
      How much a kind of calibration text counts, such as code=2; several with commas. Kinds that \
      aren't named count 1. (default: every row the same)
      """, valueName: "kind=weight,…"))
  var weight: String?

  @Option(
    parsing: .unconditional,
    help: """
      Multiplies the errors of the first block by 1 plus this, falling linearly to 1 at the last.
      """)
  var depthWeight: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      The same as a curve: weights at equal distances from the first block to the last, such as \
      1.5,1,1,1.2.
      """, valueName: "weights"))
  var depthCurve: String?

  @Option(
    help: ArgumentHelp(
      "Coefficients that 'bpw sensitivity' measured; errors are multiplied by them.",
      valueName: "file"))
  var sensitivities: String?

  @Option(
    help: ArgumentHelp(
      """
      Give layers one option: a name or * pattern, and bits per weight (the nearest option is \
      taken) or an option's name, such as 'lm_head=8'. May be given several times.
      """, valueName: "layers=option"))
  var pin: [String] = []

  @Option(
    help: ArgumentHelp(
      "Give layers no less, such as '*.v_proj=4'.", valueName: "layers=option"))
  var min: [String] = []

  @Option(
    help: ArgumentHelp(
      "Give layers no more. Scales count: 4-bit options take a bit more than 4.",
      valueName: "layers=option"))
  var max: [String] = []

  func validate() throws {
    if let power {
      guard objective == .power else {
        throw ValidationError("--power goes with --objective power.")
      }
      guard (0.5...4).contains(power) else {
        throw ValidationError("--power is \(power); it must be from 0.5 to 4.")
      }
    }
    if let slack {
      guard objective == .lexicographic else {
        throw ValidationError("--slack goes with --objective lexicographic.")
      }
      guard slack >= 0, slack.isFinite else {
        throw ValidationError("--slack is \(slack); it must be 0 or more.")
      }
    }
    if let depthWeight {
      guard depthCurve == nil else {
        throw ValidationError("Give one of --depth-weight and --depth-curve.")
      }
      guard depthWeight > -1, depthWeight <= 1000 else {
        throw ValidationError("--depth-weight is \(depthWeight); it must be above -1.")
      }
    }
    _ = try strata
    _ = try depth
    _ = try rules
  }

  /// Everything but the budget. Throws if the file of sensitivities can't be used with the
  /// measurement.
  func request(
    _ budget: Budget, for measurement: BitAllocation.Measurement, rules: [LayerRule] = []
  ) throws -> AllocationRequest {
    let sensitivities = try self.sensitivities.map {
      try SensitivityDocument.read(URL(filePath: $0))
    }
    try sensitivities?.check(against: measurement)
    if let settings = sensitivities?.settings {
      try check("--scale", scale?.rawValue, settings.scale.rawValue)
      try check("--estimator", estimator?.rawValue, settings.estimator.rawValue)
    }
    return AllocationRequest(
      budget, objective: chosenObjective,
      estimator: estimator ?? sensitivities?.settings.estimator ?? .meanOfRatios,
      shrinks: shrink, scale: scale ?? sensitivities?.settings.scale ?? .residual,
      strata: try strata, depth: try depth, sensitivities: sensitivities?.coefficients,
      rules: try rules + self.rules)
  }

  private func check(_ option: String, _ given: String?, _ expected: String) throws {
    guard let given, given != expected else { return }
    throw ValidationError(
      "\(option) is \(given), but \(sensitivities ?? "") was made for \(expected). Leave it away.")
  }

  /// Whether anything is asked for that isn't the default.
  var isGiven: Bool {
    objective != .sum || scale != nil || estimator != nil
      || !shrink || weight != nil || depthWeight != nil
      || depthCurve != nil || sensitivities != nil || !(pin + min + max).isEmpty
  }

  /// The files to read.
  var inputs: [String] { [sensitivities].compactMap(\.self) }

  private var chosenObjective: Objective {
    switch objective {
    case .sum: .sum
    case .power: .power(power ?? 2)
    case .minMax: .minMax
    case .lexicographic: .lexicographic(slack: slack ?? 0.25)
    case .worstStratum: .worstStratum
    }
  }

  private var strata: [String: Double]? {
    get throws {
      guard let weight else { return nil }
      var result: [String: Double] = [:]
      for part in weight.split(separator: ",", omittingEmptySubsequences: false) {
        guard let place = part.lastIndex(of: "="), place > part.startIndex,
          let value = Double(part[part.index(after: place)...]), value >= 0, value.isFinite
        else {
          throw ValidationError(
            "--weight has '\(part)', which isn't a kind of text and its weight, such as code=2.")
        }
        let name = String(part[..<place])
        guard result.updateValue(value, forKey: name) == nil else {
          throw ValidationError("--weight has '\(name)' twice.")
        }
      }
      return result
    }
  }

  private var depth: DepthWeights? {
    get throws {
      if let depthWeight { return DepthWeights(first: depthWeight) }
      guard let depthCurve else { return nil }
      let weights = depthCurve.split(separator: ",", omittingEmptySubsequences: false)
        .map { Double($0) ?? .nan }
      guard weights.count >= 2, weights.allSatisfy(DepthWeights.values.contains)
      else {
        throw ValidationError(
          "--depth-curve is '\(depthCurve)'; it must be two or more numbers above 0, at most 1e6, with commas."
        )
      }
      return DepthWeights(curve: weights)
    }
  }

  var rules: [LayerRule] {
    get throws {
      func parsed(_ kind: LayerRule.Kind, _ texts: [String]) throws -> [LayerRule] {
        try texts.map { text in
          guard let place = text.firstIndex(of: "="), place > text.startIndex,
            text.index(after: place) < text.endIndex
          else {
            throw ValidationError(
              "--\(kind.rawValue) is '\(text)', which isn't LAYERS=OPTION, such as 'lm_head=8'.")
          }
          let value = String(text[text.index(after: place)...])
          let bits = Double(value)
          if let bits, !(bits > 0 && bits.isFinite) {
            throw ValidationError("--\(kind.rawValue) is '\(text)'; bits must be above 0.")
          }
          return LayerRule(
            kind, String(text[..<place]), bits.map(LayerRule.Value.bitsPerWeight) ?? .option(value))
        }
      }
      return try parsed(.pin, pin) + parsed(.min, min) + parsed(.max, max)
    }
  }
}

/// An objective as the command line names it.
enum ObjectiveName: String, ExpressibleByArgument, CaseIterable {
  case sum, power
  case minMax = "min-max"
  case lexicographic
  case worstStratum = "worst-stratum"
}

extension ErrorScale: ExpressibleByArgument {}
extension ErrorEstimator: ExpressibleByArgument {}
