import BitAllocation
import Foundation
import Tensors
import Testing

@Suite("A gate's arithmetic")
struct GateResultTests {
  @Test func ranksEqualsByTheMeanOfTheirPlaces() {
    #expect(ranks([30, 10, 20]) == [3, 1, 2])
    #expect(ranks([5, 1, 5, 0]) == [3.5, 2, 3.5, 1])
    #expect(ranks([7, 7, 7]) == [2, 2, 2])
    #expect(ranks([]) == [])
  }

  /// By hand: without ties 1 - 6 Σ d² / (n (n² - 1)). For 1 2 3 4 5 against 2 1 4 3 5, Σ d² = 4 and
  /// the correlation 1 - 24 / 120 = 0.8. With ties, Pearson's of the ranks: 1, 2.5, 2.5, 4 against
  /// 1, 2, 3, 4 have Σ xy = 4.5, Σ x² = 4.5 and Σ y² = 5 around their means: 4.5 / √22.5.
  @Test func correlatesRanks() {
    #expect(abs(spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50]) - 0.8) < 1e-12)
    #expect(abs(spearman([1, 5, 5, 9], [10, 11, 12, 13]) - 4.5 / 22.5.squareRoot()) < 1e-12)
    #expect(abs(spearman([1, 2, 3], [3, 2, 1]) + 1) < 1e-12)
    #expect(spearman([1, 1, 1], [1, 2, 3]) == 0)
    // What rises with it is the same to ranks.
    #expect(spearman([0.1, 0.2, 0.9], [0.1, 0.2, 0.9].map(exp)) == 1)
  }

  /// By hand: 3 and 2 are pooled to 2.5; then 6, 1, 2 to 3 and with nothing else, as 2.5 < 3.
  @Test func poolsViolators() {
    #expect(isotonic([1, 3, 2, 6, 1, 2], over: [1, 2, 3, 4, 5, 6]) == [1, 2.5, 2.5, 3, 3, 3])
    #expect(isotonic([3, 1, 2], over: [30, 10, 20]) == [3, 1, 2])
    #expect(isotonic([3, 2, 1], over: [1, 2, 3]) == [2, 2, 2])
    // Equal predictions have one value.
    #expect(isotonic([1, 3, 2], over: [1, 1, 2]) == [2, 2, 2])
    #expect(isotonic([1, 2, 5], over: [1, 1, 2]) == [1.5, 1.5, 5])
  }

  /// Among all functions that rise and are constant between a few levels, none is nearer.
  @Test("is the nearest rising function", arguments: 0..<30)
  func isNearest(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let y = (0..<5).map { _ in Double(random.next(below: 5)) }
    let x = (0..<5).map(Double.init)
    func distance(_ f: [Double]) -> Double {
      zip(y, f).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let found = isotonic(y, over: x)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0 <= $1 })
    // All rising functions with values in steps of a half.
    var best = Double.infinity
    func search(_ prefix: [Double]) {
      if prefix.count == 5 {
        best = min(best, distance(prefix))
        return
      }
      for step in Int(2 * (prefix.last ?? 0))...8 { search(prefix + [Double(step) / 2]) }
    }
    search([])
    #expect(distance(found) <= best + 1e-12)
  }

  @Test func passesWhatIsRightUpToARisingCorrection() {
    let predicted = (1...12).map(Double.init)
    let measured = predicted.map { 0.3 * $0 * $0.squareRoot() }
    let right = GateResult(predicted: predicted, measured: measured)
    #expect(right.hasPassed && right.rankCorrelation == 1)
    #expect(right.lowestRatio == 1 && right.highestRatio == 1 && right.spread < 1e-6)

    // Two neighbors change places, by factors of 2 around their mean of 3/2: ratios of 4/3 and 2/3.
    var swapped = measured
    (swapped[5], swapped[6]) = (60, 30)
    for index in 7..<12 { swapped[index] = 100 + Double(index) }
    let wrong = GateResult(predicted: predicted, measured: swapped)
    #expect(abs(wrong.lowestRatio - 2.0 / 3) < 1e-12 && abs(wrong.highestRatio - 4.0 / 3) < 1e-12)
    #expect(wrong.rankCorrelation > 0.95 && !wrong.hasPassed)

    let reversed = GateResult(predicted: predicted, measured: measured.reversed())
    #expect(!reversed.hasPassed && reversed.rankCorrelation < -0.99)
  }

  /// y = x · 1.1^±1: log y is off by ± log 1.1, of which two degrees of freedom went into the line.
  @Test func tellsHowFarPredictionsAreOff() {
    let predicted = (0..<40).map { pow(1.3, Double($0)) }
    let signs = (0..<40).map { [1.0, -1, -1, 1][$0 % 4] }
    let measured = zip(predicted, signs).map { $0 * pow(1.1, $1) }
    let result = GateResult(predicted: predicted, measured: measured)
    #expect(abs(result.spread / log(1.1) - (40.0 / 38).squareRoot()) < 0.01)
  }
}
