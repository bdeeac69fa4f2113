import Models
import Tensors

/// Compares predictions for some rows with the original's.
///
/// What is compared went the same way through the same code as the original, so that what changes
/// nothing diverges by exactly zero and no control has to be subtracted.
struct SwapScoring: Sendable {
  /// Token ids.
  let windows: [[Int32]]
  /// A token that isn't compared when it is next: BOS between documents, which isn't text.
  let unscored: Int32?
  /// What the original's head reads, per row: (tokens, hidden).
  let reference: [Matrix]

  /// Predictions that a head makes of what it reads.
  struct Prediction {
    let row: Int
    let head: LoadedHead
    let input: Matrix  // (tokens, hidden)
  }

  /// Sums of the KL divergences, in nats, from what the original's head predicts.
  func divergences(
    of predictions: [Prediction], from original: LoadedHead
  ) throws -> [Double] {
    let byRow = windows.indices.map { row in
      predictions.indices.filter { predictions[$0].row == row }
    }
    let parts = windows.indices.flatMap { row in
      stride(from: 0, to: windows[row].count - 1, by: LoadedHead.tokensAtOnce).map { start in
        (row, start..<min(start + LoadedHead.tokensAtOnce, windows[row].count - 1))
      }
    }
    let sums = try parallelMap(parts.count) { part in
      let (row, tokens) = parts[part]
      let compared = tokens.filter { windows[row][$0 + 1] != unscored }
      guard !byRow[row].isEmpty, !compared.isEmpty else { return [Double]() }
      let expected = original.logits(reading: reference[row].gathered(compared))
      let expectedSums = compared.indices.map { LogSoftmax.logSumExp(expected.row($0)) }
      return byRow[row].map { index in
        let prediction = predictions[index]
        let logits = prediction.head.logits(reading: prediction.input.gathered(compared))
        return compared.indices.reduce(0) { sum, token in
          let found = logits.row(token)
          return sum
            + LogSoftmax.divergence(
              of: expected.row(token), logSumExp: expectedSums[token], from: found,
              logSumExp: LogSoftmax.logSumExp(found))
        }
      }
    }
    var result = [Double](repeating: 0, count: predictions.count)
    for (part, sums) in zip(parts, sums) {
      for (index, sum) in zip(byRow[part.0], sums) { result[index] += sum }
    }
    return result
  }
}
