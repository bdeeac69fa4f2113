import Tensors
import Testing

@Suite("Seeded random numbers")
struct SeededGeneratorTests {
  /// What the reference implementation in C (Vigna, splitmix64.c) and others give.
  @Test(
    "are those of SplitMix64",
    arguments: [
      (0, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]),
      (
        1_234_567,
        [
          6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
          4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
      ),
    ] as [(UInt64, [UInt64])])
  func areThoseOfSplitMix64(seed: UInt64, expected: [UInt64]) {
    var random = SeededGenerator(seed: seed)
    #expect(expected.map { _ in random.next() } == expected)
  }

  @Test func differBetweenStreamsAndSeeds() {
    var firsts: Set<UInt64> = []
    for seed in 0..<20 {
      for stream in 0..<20 {
        var random = SeededGenerator(seed: UInt64(seed), stream: UInt64(stream))
        firsts.insert(random.next())
      }
    }
    #expect(firsts.count == 400)
  }

  /// A count of `n` draws with probability `p` has a standard deviation of `√(n p (1 - p))`; six
  /// of them are exceeded once in half a billion.
  @Test("below a bound are equally frequent", arguments: [1, 2, 7, 64, 1000])
  func areEquallyFrequent(bound: Int) {
    var random = SeededGenerator(seed: UInt64(bound))
    let draws = 100_000
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<draws { counts[random.next(below: bound)] += 1 }
    let p = 1 / Double(bound)
    let deviation = (Double(draws) * p * (1 - p)).squareRoot()
    #expect(counts.allSatisfy { abs(Double($0) - Double(draws) * p) <= 6 * deviation })
  }

  @Test func haveTheirDistributionsMoments() {
    var random = SeededGenerator(seed: 1)
    let count = 100_000
    func mean(_ draw: () -> Double) -> Double {
      (0..<count).reduce(0.0) { sum, _ in sum + draw() } / Double(count)
    }
    let deviation = 6 / Double(count).squareRoot()  // of a mean of numbers of variance 1
    let uniform = mean {
      let value = random.nextUniform()
      return (0..<1).contains(value) ? value : .nan
    }
    #expect(abs(uniform - 0.5) < deviation / 12.0.squareRoot())
    #expect(abs(mean { Double(random.nextSign()) }) < deviation)
    #expect(abs(mean { Double(random.nextNormal()) }) < deviation)
    // The square of a nearly normal number has variance 2.
    let variance = mean {
      let value = Double(random.nextNormal())
      return value * value
    }
    #expect(abs(variance - 1) < deviation * 2.0.squareRoot())
  }

  @Test func shuffleIntoEveryOrderEquallyOften() {
    var random = SeededGenerator(seed: 1)
    let draws = 60_000
    var counts: [[Int]: Int] = [:]
    for _ in 0..<draws {
      var elements = [0, 1, 2]
      random.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    let deviation = (Double(draws) * 5 / 36).squareRoot()
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs(Double($0 - draws / 6)) <= 6 * deviation })
  }

  @Test("shuffle without loss, the same way each time", arguments: [0, 1, 2, 100])
  func shuffle(count: Int) {
    var (a, b, c) = (Array(0..<count), Array(0..<count), Array(0..<count))
    var (first, second, other) = (
      SeededGenerator(seed: 1), SeededGenerator(seed: 1), SeededGenerator(seed: 2)
    )
    first.shuffle(&a)
    second.shuffle(&b)
    other.shuffle(&c)
    #expect(a == b && a.sorted() == Array(0..<count))
    #expect(count < 100 || a != c)
  }
}
