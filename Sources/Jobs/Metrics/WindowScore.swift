import Tensors

/// What a model predicted over one window of text, summed over its tokens.
package struct WindowScore: Sendable, Equatable, Codable {
  /// Predicted tokens.
  package var tokens = 0
  /// Sum of -log p(token), in nats.
  package var negativeLogLikelihood = 0.0
  /// The same of the reference; zero without one.
  package var referenceNegativeLogLikelihood = 0.0
  /// Sum of the KL divergences from the reference's distribution, in nats; zero without one.
  package var divergence = 0.0
  /// Tokens for which model and reference have the same most likely prediction.
  package var agreements = 0

  private enum CodingKeys: String, CodingKey {
    case tokens, divergence, agreements
    case negativeLogLikelihood = "negative_log_likelihood"
    case referenceNegativeLogLikelihood = "reference_negative_log_likelihood"
  }

  /// Adds the predictions that logits, (n, vocabulary), make for the tokens `next`, (n), and
  /// compares them with a reference's. Where `unscored` is next, nothing is added.
  mutating func add(
    logits: Matrix, reference: Matrix?, next: ArraySlice<Int32>, unscored: Int32? = nil
  ) {
    for (index, token) in next.enumerated() where token != unscored {
      let row = logits.row(index)
      let sum = LogSoftmax.logSumExp(row)
      tokens += 1
      negativeLogLikelihood += sum - Double(row[row.startIndex + Int(token)])
      if let other = reference?.row(index) {
        let otherSum = LogSoftmax.logSumExp(other)
        referenceNegativeLogLikelihood += otherSum - Double(other[other.startIndex + Int(token)])
        divergence += LogSoftmax.divergence(
          of: other, logSumExp: otherSum, from: row, logSumExp: sum)
        if row.indexOfHighest == other.indexOfHighest { agreements += 1 }
      }
    }
  }
}

extension ArraySlice<Float> {
  /// The position of the first highest element, from the slice's start.
  var indexOfHighest: Int {
    withUnsafeBufferPointer { values in
      var best = 0
      for index in values.indices where values[index] > values[best] { best = index }
      return best
    }
  }
}
