import Jobs
import Tensors
import Testing

@Suite("A paired difference")
struct PairedDifferenceTests {
  private func noise(_ count: Int, seed: Int, stream: Int) -> [Double] {
    var random = SeededGenerator(seed: UInt64(seed), stream: UInt64(stream))
    return (0..<count).map { _ in Double(random.nextNormal()) }
  }

  @Test func isPerToken() {
    let found = Bootstrap().difference(a: [3, 9], b: [1, 4], over: [2, 5])
    #expect(found.estimate.value == 1)
  }

  /// What both have in common is a hundred times as large as the difference.
  @Test("isn't hidden by what is common to both", arguments: 0..<10)
  func ignoresWhatIsCommon(seed: Int) {
    let common = noise(30, seed: seed, stream: 0).map { 1000 + 100 * $0 }
    let a = zip(common, noise(30, seed: seed, stream: 1)).map { $0 + 2 + $1 }
    let found = Bootstrap().difference(a: a, b: common, over: [Double](repeating: 1, count: 30))
    #expect(found.estimate.low > 0.5 && found.estimate.high < 3.5)
    #expect(found.pValue < 1e-3)
  }

  /// Of the eight choices of signs of 1, 2, 4 only +++ and --- reach 7, and four reach 1 + 4 - 2 =
  /// 3.
  @Test func hasTheExactTestOfFewWindows() {
    let counts = [1.0, 1, 1]
    #expect(Bootstrap().difference(a: [1, 2, 4], b: [0, 0, 0], over: counts).pValue == 2.0 / 8)
    #expect(Bootstrap().difference(a: [1, -2, 4], b: [0, 0, 0], over: counts).pValue == 6.0 / 8)
    #expect(Bootstrap().difference(a: [5, 5, 5], b: [5, 5, 5], over: counts).pValue == 1)
  }

  /// With no difference, p is uniform: of 200 samples about 20 are below 0.1, within four standard
  /// deviations of √(200 · 0.1 · 0.9).
  @Test("calls an accident an accident", arguments: [8, 20])
  func isCalibrated(windows: Int) {
    let counts = [Double](repeating: 1, count: windows)
    let zero = [Double](repeating: 0, count: windows)
    let small = (0..<200).count { seed in
      Bootstrap(repetitions: 100).difference(
        a: noise(windows, seed: seed, stream: 2), b: zero, over: counts
      ).pValue <= 0.1
    }
    #expect(abs(small - 20) <= 17)
  }

  @Test func dependsOnNothingButItsArguments() {
    let (a, b) = (noise(40, seed: 1, stream: 3), noise(40, seed: 1, stream: 4))
    let counts = [Double](repeating: 7, count: 40)
    let found = Bootstrap().difference(a: a, b: b, over: counts)
    #expect(found == Bootstrap().difference(a: a, b: b, over: counts))
    let other = Bootstrap().difference(a: b, b: a, over: counts)
    #expect(other.estimate.value == -found.estimate.value && other.pValue == found.pValue)
  }
}
