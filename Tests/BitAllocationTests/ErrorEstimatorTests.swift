import BitAllocation
import Foundation
import Tensors
import Testing

@Suite("Every error estimator")
struct ErrorEstimatorTests {
  private let all = ErrorEstimator.allCases

  /// What a squared ratio becomes where all rows are alike: Tikhonov's damping adds a tenth to every
  /// denominator.
  private func value(_ ratio: Double, by estimator: ErrorEstimator) -> Double {
    estimator == .tikhonov ? ratio / 1.1 : ratio
  }

  @Test func agreesOnOneRow() {
    for estimator in all {
      let found = estimator.estimate(errors: [1], reference: [4])
      #expect(found.isAlmost(value(0.25, by: estimator)), "\(estimator)")
    }
  }

  @Test func agreesOnConstantRows() {
    for estimator in all {
      let found = estimator.estimate(errors: [3, 3, 3], reference: [7, 7, 7])
      #expect(found.isAlmost(value(3 / 7, by: estimator)), "\(estimator)")
    }
  }

  @Test(arguments: [
    (ErrorEstimator.meanOfRatios, 0.140625), (.meanSquaredRatio, 0.15625), (.ratioOfSums, 0.1),
    // τ is a tenth of 10, the mean of both outputs.
    (.tikhonov, (1.0 / 5 + 1.0 / 17) / 2),
    // Both lie within three deviations of what lies between them.
    (.winsorized, 0.15625),
    (.geometricMean, 0.125),
  ])
  func followsItsFormula(estimator: ErrorEstimator, expected: Double) {
    #expect(estimator.estimate(errors: [1, 1], reference: [4, 16]).isAlmost(expected))
  }

  @Test func leavesOutRowsWithNothingToCompare() {
    for estimator in all {
      #expect(
        estimator.estimate(errors: [1, 0], reference: [4, 0])
          .isAlmost(value(0.25, by: estimator)))
      #expect(estimator.estimate(errors: [0, 0], reference: [0, 0]) == 0)
      #expect(estimator.estimate(errors: [], reference: []) == 0)
    }
  }

  @Test func countsAnErrorWithoutAnyOutputAsOutputLost() {
    for estimator in all {
      #expect(estimator.estimate(errors: [7], reference: [0]).isAlmost(1))
      #expect(estimator.estimate(errors: [7, 9], reference: [0, 0]).isAlmost(1))
    }
    #expect(ErrorEstimator.meanOfRatios.estimate(errors: [1, 7], reference: [4, 0]) == 0.5625)
    #expect(
      ErrorEstimator.tikhonov.estimate(errors: [1, 7], reference: [4, 0])
        .isAlmost((1 / 4.4 + 1) / 2))
  }

  @Test func hasNoErrorWhereNoneGetsThrough() {
    for estimator in all {
      #expect(estimator.estimate(errors: [1, 2], reference: [.infinity, .infinity]) == 0)
      #expect(estimator.estimate(errors: [0, 0], reference: [1, 2]) == 0)
      let found = estimator.estimate(
        errors: [1, 2], reference: [4, .infinity], rowWeights: [1, 0])
      #expect(found.isAlmost(value(0.25, by: estimator)), "\(estimator)")
    }
  }

  @Test func countsRowsByTheirWeights() {
    let (errors, reference): ([Float], [Float]) = ([1, 1, 9], [4, 16, 9])
    for estimator in all {
      let first = estimator.estimate(
        errors: errors, reference: reference, rowWeights: [3, 0, 0])
      #expect(first.isAlmost(value(0.25, by: estimator)))
      #expect(
        estimator.estimate(errors: errors, reference: reference, rowWeights: [2, 2, 2])
          .isAlmost(estimator.estimate(errors: errors, reference: reference)))
      #expect(estimator.estimate(errors: errors, reference: reference, rowWeights: [0, 0, 0]) == 0)
    }
  }

  @Test("takes a weight for a number of equal rows", arguments: 0..<20)
  func takesAWeightForANumberOfRows(seed: Int) {
    let rows = RandomRows(seed: seed, count: 9)
    let times = (0..<9).map { 1 + ($0 + seed) % 3 }
    func repeated(_ values: [Float]) -> [Float] {
      zip(values, times).flatMap { Array(repeating: $0, count: $1) }
    }
    // The bootstrap draws rows that are listed apart one by one.
    for estimator in all where estimator != .trimmedBootstrap {
      let weighted = estimator.estimate(
        errors: rows.errors, reference: rows.reference, rowWeights: times.map { Double($0) })
      let listed = estimator.estimate(
        errors: repeated(rows.errors), reference: repeated(rows.reference))
      #expect(weighted.isAlmost(listed), "\(estimator)")
    }
  }

  @Test("grows with the error, and by as much", arguments: 0..<50)
  func growsWithTheError(seed: Int) {
    let rows = RandomRows(seed: seed, count: 1 + seed)
    for estimator in all {
      let estimate = estimator.estimate(errors: rows.errors, reference: rows.reference)
      let larger = estimator.estimate(
        errors: rows.errors.map { $0 * 8 }, reference: rows.reference)
      let smaller = estimator.estimate(
        errors: rows.errors, reference: rows.reference.map { $0 * 8 })
      #expect(larger.isAlmost(8 * estimate) && smaller.isAlmost(estimate / 8), "\(estimator)")
    }
  }

  @Test("lies between the least and the largest ratio", arguments: 0..<50)
  func liesBetween(seed: Int) {
    let rows = RandomRows(seed: seed, count: 1 + seed)
    for estimator in all {
      let estimate = estimator.estimate(errors: rows.errors, reference: rows.reference)
      let least = value(rows.ratios.min()!, by: estimator)
      #expect(estimate <= rows.ratios.max()! * (1 + 1e-12))
      // Damping takes more off rows with little output.
      #expect(estimator == .tikhonov || estimate >= least * (1 - 1e-12), "\(estimator)")
    }
  }

  @Test func doesNotDependOnTheOrderOfRows() {
    let rows = RandomRows(seed: 3, count: 30)
    for estimator in all where estimator != .trimmedBootstrap {
      let forwards = estimator.estimate(errors: rows.errors, reference: rows.reference)
      let backwards = estimator.estimate(
        errors: rows.errors.reversed(), reference: rows.reference.reversed())
      #expect(forwards.isAlmost(backwards))
    }
  }

  @Test func resistsARowWithAHugeOutputUnlessItSumsFirst() {
    let (errors, reference): ([Float], [Float]) = ([1, 1, 1, 1], [4, 4, 4, 1e12])
    for estimator in all where estimator != .ratioOfSums && estimator != .geometricMean {
      #expect(
        estimator.estimate(errors: errors, reference: reference) > 0.1, "\(estimator)")
    }
    #expect(ErrorEstimator.ratioOfSums.estimate(errors: errors, reference: reference) < 1e-11)
    // Of four rows, the fourth is taken for a millionth of the mean of 3/16.
    #expect(
      ErrorEstimator.geometricMean.estimate(errors: errors, reference: reference)
        .isAlmost(pow(pow(0.25, 3) * 0.1875e-6, 0.25)))
  }

  @Test(
    "resists a row with next to no output",
    arguments: [
      (ErrorEstimator.tikhonov, 0.2...0.3),
      // In one resample of some hundreds the row comes up so often that trimming doesn't remove it.
      (.trimmedBootstrap, 0.2...500),
      (.winsorized, 0.2...0.3), (.geometricMean, 0.2...0.5), (.meanSquaredRatio, 1e4...1e9),
    ])
  func resistsARowWithNextToNoOutput(estimator: ErrorEstimator, range: ClosedRange<Double>) {
    let rows = RandomRows(seed: 1, count: 40)
    let reference = rows.errors.map { $0 * 4 }
    let estimate = estimator.estimate(
      errors: rows.errors + [1], reference: reference + [1e-6])
    #expect(range.contains(estimate), "\(estimate)")
  }

  @Test func staysFiniteAtTheEndsOfFloat() {
    let (errors, reference): ([Float], [Float]) =
      ([.greatestFiniteMagnitude, 1], [.leastNonzeroMagnitude, .greatestFiniteMagnitude])
    for estimator in all {
      #expect(estimator.estimate(errors: errors, reference: reference).isFinite)
    }
  }
}

@Suite("Single error estimators")
struct SingleEstimatorTests {
  @Test("the trimmed bootstrap is what drawing, sorting and dropping gives", arguments: 0..<10)
  func trimmedBootstrap(seed: Int) {
    let count = 10 * (1 + seed)
    let rows = RandomRows(seed: seed, count: count)
    let found = ErrorEstimator.trimmedBootstrap.estimate(
      errors: rows.errors, reference: rows.reference)
    // Other random numbers, plainly.
    var random = SeededGenerator(seed: 99)
    let means = (0..<4000).map { _ in
      let drawn = (0..<count).map { _ in rows.ratios[random.next(below: count)] }.sorted()
      let kept = drawn.dropFirst(count / 10).dropLast(count / 10)
      return kept.reduce(0, +) / Double(kept.count)
    }
    let mean = means.reduce(0, +) / 4000
    let deviation = (means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000).squareRoot()
    // Four standard errors of 200 resamples, and of these.
    #expect(abs(found - mean) < 4 * deviation * (1 / 200.0 + 1 / 4000.0).squareRoot())
  }

  @Test func winsorizingBringsBackWhatIsFarOut() {
    // Logarithms of ratios to the base e: 0, 1, 2, 3, 4 and 100; median 2.5, distances 0.5, 0.5, 1.5,
    // 1.5, 2.5, 97.5, so MAD 1.5.
    let reference = [Float](repeating: 1, count: 6)
    let errors = [0, 1, 2, 3, 4, 30].map { Float(exp(Double($0))) }
    let clamp = exp(2.5 + 3 * 1.4826 * 1.5)
    let expected = (errors.prefix(5).reduce(0) { $0 + Double($1) } + clamp) / 6
    #expect(
      ErrorEstimator.winsorized.estimate(errors: errors, reference: reference)
        .isAlmost(expected, within: 1e-6))
    // A row without error counts as none, and changes no clamp.
    #expect(
      ErrorEstimator.winsorized.estimate(errors: errors + [0], reference: reference + [1])
        .isAlmost(expected * 6 / 7, within: 1e-6))
  }

  @Test func theGeometricMeanTakesNoRowForNothing() {
    let errors: [Float] = [1, 1, 1, 0]
    // The fourth row counts as a millionth of the mean of 3/4.
    #expect(
      ErrorEstimator.geometricMean.estimate(errors: errors, reference: [1, 1, 1, 1])
        .isAlmost(pow(0.75e-6, 0.25)))
  }
}

/// Rows with ratios between 0.02 and 1.
private struct RandomRows {
  var errors: [Float] = []
  var reference: [Float] = []

  init(seed: Int, count: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<count {
      let output = 1 + 9 * random.nextUniform()
      reference.append(Float(output))
      errors.append(Float(output * (0.02 + 0.98 * random.nextUniform())))
    }
  }

  var ratios: [Double] { zip(errors, reference).map { Double($0) / Double($1) } }
}

extension Double {
  /// Whether it differs by rounding alone.
  fileprivate func isAlmost(_ other: Double, within tolerance: Double = 1e-12) -> Bool {
    abs(self - other) <= tolerance * Swift.max(abs(self), abs(other))
  }
}
