import Foundation

/// How a model's rotary frequencies were changed to reach longer contexts.
package enum RotaryScaling: Sendable, Equatable {
  case none
  /// All frequencies divided by a factor.
  case linear(factor: Double)
  /// A larger θ for sequences longer than the model was trained on ("NTK").
  case dynamic(factor: Double, maximumPositions: Int)
  case llama3(Llama3Scaling)
  case yarn(YarnScaling)
  case long(LongScaling)
}

/// Llama 3.1's: low frequencies divided, high ones kept, a blend between.
package struct Llama3Scaling: Sendable, Equatable {
  /// What low frequencies are divided by.
  package let factor: Double
  /// Frequencies that make fewer turns than this over the original positions are divided.
  package let lowFrequencyFactor: Double
  /// Frequencies that make more turns than this over the original positions are kept.
  package let highFrequencyFactor: Double
  /// Positions of the model before it was stretched.
  package let originalPositions: Int

  package init(
    factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositions: Int
  ) {
    self.factor = factor
    self.lowFrequencyFactor = lowFrequencyFactor
    self.highFrequencyFactor = highFrequencyFactor
    self.originalPositions = originalPositions
  }

  func scaled(_ frequency: Double) -> Double {
    let wavelength = 2 * Double.pi / frequency
    let turns = Double(originalPositions) / wavelength
    if turns < lowFrequencyFactor { return frequency / factor }
    if turns > highFrequencyFactor { return frequency }
    let blend = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return (1 - blend) * frequency / factor + blend * frequency
  }
}

/// YaRN: Peng et al., 2023, arXiv:2309.00071.
package struct YarnScaling: Sendable, Equatable {
  /// What low frequencies are divided by.
  package let factor: Double
  /// Positions of the model before it was stretched.
  package let originalPositions: Int
  /// What cosines and sines are multiplied with.
  package let attentionFactor: Double
  /// Pairs that make at least so many turns over the original positions keep their frequency.
  package let fastTurns: Double  // "beta_fast"
  /// Pairs that make at most so many are divided by the whole factor.
  package let slowTurns: Double  // "beta_slow"
  /// Whether the ramp between the two begins and ends at whole pairs, rounded outwards.
  package let truncates: Bool

  /// `attentionFactor` nil stands for the paper's, 0.1 · ln(factor) + 1.
  package init(
    factor: Double, originalPositions: Int, attentionFactor: Double? = nil,
    fastTurns: Double = 32, slowTurns: Double = 1, truncates: Bool = true
  ) {
    self.factor = factor
    self.originalPositions = originalPositions
    self.attentionFactor = attentionFactor ?? Self.magnitude(factor: factor, scale: 1)
    self.fastTurns = fastTurns
    self.slowTurns = slowTurns
    self.truncates = truncates
  }

  /// 0.1 · scale · ln(factor) + 1, and 1 for models that were not stretched.
  package static func magnitude(factor: Double, scale: Double) -> Double {
    factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1
  }

  func scaled(_ frequencies: [Double], theta: Double) -> [Double] {
    let dimensions = 2 * frequencies.count
    /// The dimension whose pair makes this many turns over the original length.
    func dimension(turns: Double) -> Double {
      Double(dimensions) * log(Double(originalPositions) / (turns * 2 * .pi)) / (2 * log(theta))
    }
    var low = dimension(turns: fastTurns)
    var high = dimension(turns: slowTurns)
    if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    low = max(low, 0)
    high = min(high, Double(dimensions - 1))
    if low == high { high += 0.001 }
    return frequencies.enumerated().map { pair, frequency in
      let ramp = min(max((Double(pair) - low) / (high - low), 0), 1)
      return frequency * (1 - ramp) + frequency / factor * ramp
    }
  }
}

/// LongRoPE: every pair has a divisor of its own, one for short and one for long sequences.
///
/// Ding et al., 2024, arXiv:2402.13753, as Phi-3 has it.
package struct LongScaling: Sendable, Equatable {
  /// What frequencies are divided by in sequences of up to `originalPositions`.
  package let shortFactors: [Double]  // (pairs)
  /// The same for longer ones, from their first token on.
  package let longFactors: [Double]  // (pairs)
  /// Positions of the model before it was stretched.
  package let originalPositions: Int
  /// What cosines and sines are multiplied with.
  package let attentionFactor: Double

  /// `attentionFactor` nil stands for √(1 + ln(factor) / ln(positions)), `factor` being how much
  /// longer the sequences became.
  package init(
    shortFactors: [Double], longFactors: [Double], originalPositions: Int, factor: Double,
    attentionFactor: Double? = nil
  ) {
    self.shortFactors = shortFactors
    self.longFactors = longFactors
    self.originalPositions = originalPositions
    self.attentionFactor =
      attentionFactor
      ?? (factor <= 1 ? 1 : (1 + log(factor) / log(Double(originalPositions))).squareRoot())
  }

  func scaled(_ frequencies: [Double], length: Int) -> [Double] {
    zip(frequencies, length > originalPositions ? longFactors : shortFactors).map { $0 / $1 }
  }
}
