import BitAllocation
import Testing

@Suite("Every error estimator")
struct ErrorEstimatorTests {
  private let all = ErrorEstimator.allCases

  @Test func agreesOnOneRow() {
    for estimator in all {
      #expect(estimator.estimate(errors: [1], reference: [4]) == 0.25)
    }
  }

  @Test func agreesOnConstantRows() {
    for estimator in all {
      #expect(estimator.estimate(errors: [1, 1, 1], reference: [4, 4, 4]) == 0.25)
    }
  }

  @Test(arguments: [
    (ErrorEstimator.meanOfRatios, 0.140625), (.meanSquaredRatio, 0.15625), (.ratioOfSums, 0.1),
  ])
  func followsItsFormula(estimator: ErrorEstimator, expected: Double) {
    #expect(estimator.estimate(errors: [1, 1], reference: [4, 16]) == expected)
  }

  @Test func leavesOutRowsWithNothingToCompare() {
    for estimator in all {
      #expect(estimator.estimate(errors: [1, 0], reference: [4, 0]) == 0.25)
      #expect(estimator.estimate(errors: [0, 0], reference: [0, 0]) == 0)
      #expect(estimator.estimate(errors: [], reference: []) == 0)
    }
  }

  @Test func countsAnErrorWithoutAnyOutputAsOutputLost() {
    for estimator in all {
      #expect(estimator.estimate(errors: [7], reference: [0]) == 1)
    }
    #expect(ErrorEstimator.meanOfRatios.estimate(errors: [1, 7], reference: [4, 0]) == 0.5625)
  }

  @Test func countsRowsByTheirWeights() {
    let (errors, reference): ([Float], [Float]) = ([1, 1, 9], [4, 16, 9])
    for estimator in all {
      let first = estimator.estimate(
        errors: errors, reference: reference, rowWeights: [3, 0, 0])
      #expect(first == 0.25)
      #expect(
        estimator.estimate(errors: errors, reference: reference, rowWeights: [2, 2, 2])
          == estimator.estimate(errors: errors, reference: reference))
      #expect(estimator.estimate(errors: errors, reference: reference, rowWeights: [0, 0, 0]) == 0)
    }
  }

  @Test func resistsARowWithAHugeOutputUnlessItSumsFirst() {
    let (errors, reference): ([Float], [Float]) = ([1, 1, 1, 1], [4, 4, 4, 1e12])
    #expect(ErrorEstimator.meanOfRatios.estimate(errors: errors, reference: reference) > 0.1)
    #expect(ErrorEstimator.ratioOfSums.estimate(errors: errors, reference: reference) < 1e-11)
  }

  @Test func staysFiniteAtTheEndsOfFloat() {
    let (errors, reference): ([Float], [Float]) =
      ([.greatestFiniteMagnitude], [.leastNonzeroMagnitude])
    for estimator in all {
      #expect(estimator.estimate(errors: errors, reference: reference).isFinite)
    }
  }
}
