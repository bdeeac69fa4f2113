import Foundation
import Jobs
import Models
import Tensors
import TestSupport
import Testing

@Suite("An evaluation")
struct EvaluateJobTests {
  private let session = try! TinySession()
  private let windows = randomWindows(5, tokens: 64, vocabulary: 301, seed: 3)

  /// Log-probabilities of the next tokens, in double precision, (tokens, vocabulary).
  private func logProbabilities(_ model: Model, _ window: [Int32]) throws -> [[Double]] {
    let logits = try model.logits(window)
    return (0..<window.count - 1).map { token in
      let row = logits.row(token).map(Double.init)
      let highest = row.max()!
      let sum = highest + log(row.reduce(0) { $0 + exp($1 - highest) })
      return row.map { $0 - sum }
    }
  }

  @Test func findsAModelEqualToItself() throws {
    let evaluation = try EvaluateJob(
      model: session.model, reference: session.model, windows: windows
    ).run { _ in }
    #expect(evaluation.windows == 5 && evaluation.tokens == 5 * 63)
    let (divergence, agreement) = (evaluation.divergence, evaluation.agreement)
    #expect(divergence.map { [$0.low, $0.value, $0.high] } == [0, 0, 0])
    #expect(agreement.map { [$0.low, $0.value, $0.high] } == [1, 1, 1])
    #expect(evaluation.perplexity == evaluation.referencePerplexity)
  }

  /// Logits lie within twenty of the highest where they matter, so that a log-sum-exp takes fewer
  /// than 200 roundings.
  @Test func hasThePerplexityOfTheLogits() throws {
    let evaluation = try EvaluateJob(model: session.model, windows: windows).run { _ in }
    #expect(evaluation.referencePerplexity == nil && evaluation.divergence == nil)
    #expect(evaluation.agreement == nil)
    let sum = try windows.reduce(0.0) { sum, window in
      let probabilities = try logProbabilities(session.model, window)
      return sum - zip(probabilities, window.dropFirst()).reduce(0) { $0 + $1.0[Int($1.1)] }
    }
    let expected = exp(sum / Double(5 * 63))
    let unit = Double(Float.ulpOfOne) / 2
    #expect(abs(evaluation.perplexity.value / expected - 1) < 200 * unit)
  }

  @Test func hasTheDivergenceAndAgreementOfTheLogits() throws {
    // A sibling whose last layers differ a little.
    let other = try TinySession { name, values in
      if name.hasPrefix("model.layers.1.mlp") { values = values.map { $0 * 1.1 } }
    }
    let evaluation = try EvaluateJob(
      model: other.model, reference: session.model, windows: windows
    ).run { _ in }
    var (divergence, agreements) = (0.0, 0)
    for window in windows {
      let (p, q) = (
        try logProbabilities(session.model, window), try logProbabilities(other.model, window)
      )
      for (p, q) in zip(p, q) {
        divergence += zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
        if p.firstIndex(of: p.max()!) == q.firstIndex(of: q.max()!) { agreements += 1 }
      }
    }
    let count = Double(5 * 63)
    #expect(divergence / count > 1e-4)
    // A divergence is a sum of differences of logits, each as exact as their roundings allow.
    let unit = Double(Float.ulpOfOne) / 2
    #expect(abs(evaluation.divergence!.value - divergence / count) < 200 * unit)
    #expect(evaluation.agreement!.value == Double(agreements) / count)
  }

  @Test func doesNotScoreWhatIsNoText() throws {
    var windows = self.windows
    for row in windows.indices {
      for token in 1..<64 { windows[row][token] = max(1, windows[row][token]) }
      windows[row][10 * row + 1] = 0
    }
    windows.append([0, 0, 0])
    let evaluation = try EvaluateJob(
      model: session.model, reference: session.model, windows: windows, unscored: 0
    ).run { _ in }
    #expect(evaluation.windows == 5 && evaluation.tokens == 5 * 62)
    let sum = try windows.reduce(0.0) { sum, window in
      let probabilities = try logProbabilities(session.model, window)
      return sum
        - zip(probabilities, window.dropFirst()).reduce(0) {
          $1.1 == 0 ? $0 : $0 + $1.0[Int($1.1)]
        }
    }
    let unit = Double(Float.ulpOfOne) / 2
    #expect(abs(evaluation.perplexity.value / exp(sum / Double(5 * 62)) - 1) < 200 * unit)
  }

  @Test func needsSomethingToPredict() throws {
    func run(_ windows: [[Int32]], unscored: Int32? = nil) throws {
      _ = try EvaluateJob(model: session.model, windows: windows, unscored: unscored).run { _ in }
    }
    #expect(throws: JobError.nothingToPredict(tokens: 1)) { try run([[0, 1], [0]]) }
    #expect(throws: JobError.nothingToPredict(tokens: 0)) { try run([[]]) }
    #expect(throws: JobError.nothingToPredict(tokens: 1)) { try run([[1, 0]], unscored: 0) }
    #expect(throws: JobError.nothingToPredict(tokens: 1)) { try run([]) }
  }

  @Test func needsModelsOfOneVocabulary() throws {
    let other = try TinySession { $0.vocabulary = 302 }
    #expect(throws: JobError.vocabulariesDiffer(model: 302, reference: 301)) {
      try EvaluateJob(model: other.model, reference: session.model, windows: windows)
        .run { _ in }
    }
  }

  @Test("takes rows in batches that cover them in order", arguments: 0..<100)
  func batches(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let rows = (0..<random.next(below: 30)).map { _ in
      [Int32](repeating: 0, count: random.next(below: 50))
    }
    let limit = 1 + random.next(below: 120)
    let batches = rows.batches(tokens: limit)
    #expect(batches.flatMap(Array.init) == Array(rows.indices))
    #expect(batches.allSatisfy { !$0.isEmpty })
    for (index, batch) in batches.enumerated() {
      let tokens = rows[batch].reduce(0) { $0 + $1.count }
      #expect(tokens <= limit || batch.count == 1)
      if index + 1 < batches.count { #expect(tokens + rows[batch.upperBound].count > limit) }
    }
  }

  @Test func givesTheSameInSeveralBatches() throws {
    let session = try TinySession {
      ($0.hidden, $0.intermediate, $0.heads, $0.blocks) = (32, 32, 2, 1)
    }
    let windows = randomWindows(300, tokens: 128, vocabulary: 301, seed: 4)
    var events: [JobEvent] = []
    let evaluation = try EvaluateJob(model: session.model, windows: windows)
      .run { events.append($0) }
    #expect(events.first == .began(job: "Evaluating", units: 2, done: 0))
    #expect(events.contains(.finishedUnit("batch 1 of 2", note: "256 of 300 windows")))
    #expect(events.last == .finishedUnit("batch 2 of 2", note: "300 of 300 windows"))
    #expect(evaluation.windows == 300 && evaluation.tokens == 300 * 127)
    let parts = try [0..<100, 100..<300].map {
      try EvaluateJob(model: session.model, windows: Array(windows[$0])).run { _ in }
    }
    let mean = (log(parts[0].perplexity.value) + 2 * log(parts[1].perplexity.value)) / 3
    #expect(abs(evaluation.perplexity.value / exp(mean) - 1) < 1e-9)
  }
}

@Suite("A bootstrap interval")
struct BootstrapTests {
  private func sample(_ count: Int, seed: Int) -> [Double] {
    var random = SeededGenerator(seed: UInt64(seed))
    return (0..<count).map { _ in 5 + Double(random.nextNormal()) }
  }

  private func estimate(_ count: Int, seed: Int, bootstrap: Bootstrap = Bootstrap()) -> Estimate {
    bootstrap.ratio(sample(count, seed: seed), over: [Double](repeating: 1, count: count))
  }

  @Test("holds the value", arguments: [1, 2, 10, 100], 0..<10)
  func holdsTheValue(count: Int, seed: Int) {
    let estimate = estimate(count, seed: seed)
    #expect(estimate.low <= estimate.value && estimate.value <= estimate.high)
    #expect(estimate.value == sample(count, seed: seed).reduce(0, +) / Double(count))
  }

  @Test func dependsOnItsSeedAlone() {
    #expect(estimate(30, seed: 1) == estimate(30, seed: 1))
    let other = estimate(30, seed: 1, bootstrap: Bootstrap(seed: 2))
    #expect(other.value == estimate(30, seed: 1).value && other != estimate(30, seed: 1))
  }

  /// The interval of a mean of variance 1 is 3.92 / √n wide. Its ends are order statistics of 1000
  /// repetitions, which makes the width uncertain by three percent, and the deviation of a sample is
  /// by 1 / √2n. Four standard deviations of both together are allowed.
  @Test("narrows with the root of the number of windows", arguments: 0..<5)
  func narrows(seed: Int) {
    for count in [100, 400, 1600] {
      let estimate = estimate(count, seed: seed)
      let width = (estimate.high - estimate.low) * Double(count).squareRoot()
      let uncertainty = (0.03 * 0.03 + 1 / Double(2 * count)).squareRoot()
      #expect(abs(width / 3.92 - 1) < 4 * uncertainty)
    }
  }

  @Test func weighsWindowsByTheirTokens() {
    let estimate = Bootstrap().ratio([10, 90], over: [10, 30], transform: { $0 * 2 })
    #expect(estimate.value == 5)
    #expect(estimate.low == 2 && estimate.high == 6)
  }
}
